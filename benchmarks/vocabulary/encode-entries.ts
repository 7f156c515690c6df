/** Time of encoding four million characters, line by line. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { BenchmarkEntry } from "../report-entry.js";
import { compare } from "./compare.js";
import { missingSentencePiece, spmEncodeArguments, spmTrainArguments } from "./sentencepiece.js";
import { runProgram, runScript } from "./sides.js";
import { spmPrefix } from "./train-entries.js";
import type { Workplace } from "./workplace.js";

export const encodeEntries: Record<string, (work: Workplace) => Promise<BenchmarkEntry>> = {
  "encode, LLaMa-3": encodeLlama3,
  "encode, Unigram 32,000": encodeUnigram,
};

/** LLaMa-3 where it is there; else the byte-level BPE that the training wrote. */
async function encodeLlama3(work: Workplace): Promise<BenchmarkEntry> {
  const { texts, runs } = work;
  const tokenizer = llama3(work);
  const file = tokenizer ?? work.place("byte-level-peer.json");
  return compare(
    {
      name: "encode, LLaMa-3",
      ours: { name: "lep", run: () => runScript("ours-encode", ["--tokenizer", file, "--text", texts.sample]) },
      peer: {
        name: "npm tokenizers 0.23, encodeBatch",
        run: () => runScript("peer-encode", ["--tokenizer", file, "--text", texts.sample]),
      },
      limit: 0.25,
      note: [
        `${texts.sampleCharacters} characters by lines`,
        "both: from texts to ids within the process, the tokenizer loaded before",
        ...(tokenizer === undefined ? ["LLaMa-3's tokenizer is not there: a byte-level BPE of the novels"] : []),
      ].join("; "),
    },
    runs,
  );
}

/** The tokenizer.json of LLaMa-3, where it is there. */
export function llama3({ tokenizers }: Workplace): string | undefined {
  const file = tokenizers && path.join(tokenizers, "llama-3", "tokenizer.json");
  return file !== undefined && existsSync(file) ? file : undefined;
}

async function encodeUnigram(work: Workplace): Promise<BenchmarkEntry> {
  const { texts, runs, sentencePiece } = work;
  const model = await spmModel(work);
  const own = work.place("unigram-32000");
  return compare(
    {
      name: "encode, Unigram 32,000",
      ours: {
        name: "lep",
        run: () => runScript("ours-encode", ["--tokenizer", model ?? own, "--text", texts.sample]),
      },
      peer:
        model === undefined
          ? missingSentencePiece
          : {
              name: `${sentencePiece}, spm_encode`,
              run: () => runProgram("spm_encode", spmEncodeArguments(model, texts.sample, work.place("spm-ids.txt"))),
            },
      limit: 0.5,
      note: `${texts.sampleCharacters} characters by lines; the same model; ours: from texts to ids within the process; peer: wall time of the program, one thread`,
    },
    runs,
  );
}

/** spm_train's Unigram model, trained now where the training entry did not run; undefined without SentencePiece. */
export async function spmModel(work: Workplace): Promise<string | undefined> {
  if (work.sentencePiece === undefined) return undefined;
  const prefix = spmPrefix(work, "unigram");
  if (!existsSync(`${prefix}.model`)) {
    process.stderr.write("training a Unigram model with spm_train\n");
    await runProgram("spm_train", spmTrainArguments("unigram", 32_000, prefix, work.texts.train));
  }
  return `${prefix}.model`;
}
