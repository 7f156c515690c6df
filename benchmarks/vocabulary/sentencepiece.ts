/** SentencePiece's own programs, as Debian packages them: their command lines, and whether they are there. */
import { spawnSync } from "node:child_process";

export const missingSentencePiece = "spm_train and spm_encode (Debian: sentencepiece) are not installed";

/** Name and version; undefined where the programs are not there. */
export function findSentencePiece(): string | undefined {
  const { status, stdout, stderr } = spawnSync("spm_train", ["--version"], { encoding: "utf8" });
  if (status === null || spawnSync("spm_encode", ["--version"]).status === null) return undefined;
  return `${stdout}${stderr}`.trim().split("\n")[0] ?? "sentencepiece";
}

/** Long lines count too, and white space is text; every character has a piece, others are bytes. */
export function spmTrainArguments(type: "bpe" | "unigram", size: number, prefix: string, files: string[]): string[] {
  const options = {
    input: files.join(","),
    model_prefix: prefix,
    model_type: type,
    vocab_size: size,
    normalization_rule_name: "identity",
    remove_extra_whitespaces: false,
    character_coverage: 1,
    byte_fallback: true,
    max_sentence_length: 1 << 20,
    num_threads: 2,
    minloglevel: 2,
  };
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
}

export function spmEncodeArguments(model: string, text: string, output: string): string[] {
  return [`--model=${model}`, "--output_format=id", `--input=${text}`, `--output=${output}`];
}
