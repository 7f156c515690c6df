/** Time and memory of training a vocabulary on the training novels. */
import path from "node:path";
import { vocabularyMethodNames } from "../../src/vocabulary/registry.js";
import type { BenchmarkEntry } from "../report-entry.js";
import { compare } from "./compare.js";
import { missingSentencePiece, spmTrainArguments } from "./sentencepiece.js";
import { runProgram, runScript, type Side } from "./sides.js";
import type { Workplace } from "./workplace.js";

/** The npm binding trains with its defaults: so many tokens, and pairs that occur once are merged too. */
export const bindingSize = 30_000;

type EntryMaker = (work: Workplace) => Promise<BenchmarkEntry>;

export const trainEntries: Record<string, EntryMaker> = {
  "train BPE 30,000, byte-level": (work) => besideBinding(work, "byteLevel", "byte-level"),
  "train BPE 30,000, metaspace": (work) => besideBinding(work, "metaspace", "metaspace"),
  "train BPE 32,000": (work) => besideSentencePiece(work, "bpe", 32_000, 0.15),
  "train Unigram 32,000": (work) => besideSentencePiece(work, "unigram", 32_000, 0.8),
};

const ourTime = "ours: from reading the text to the written tokenizer folder, within the process";

function besideBinding(work: Workplace, base: keyof Workplace["bases"], name: string): Promise<BenchmarkEntry> {
  const { texts, bases, runs } = work;
  return compare(
    {
      name: `train BPE 30,000, ${name}`,
      ours: {
        name: "lep",
        run: () =>
          trainOurs(
            work,
            { method: "bpe", size: bindingSize, base: bases[base], min_frequency: 1 },
            `${name}-ours`,
            true,
          ),
      },
      peer: {
        name: "npm tokenizers 0.23, train",
        run: () => trainBinding(work, base, texts.train, `${name}-peer`),
      },
      limit: 0.8,
      note: "both: from reading the text to the vocabulary in memory, within the process; ours writes and checks it after that",
    },
    runs,
  );
}

function besideSentencePiece(
  work: Workplace,
  type: "bpe" | "unigram",
  size: number,
  limit: number,
): Promise<BenchmarkEntry> {
  const { texts, bases, runs, sentencePiece } = work;
  const base = type === "bpe" ? bases.metaspace : bases.byteLevel;
  const prefix = spmPrefix(work, type);
  const peer: Side = {
    name: `${sentencePiece}, spm_train --model_type=${type}`,
    run: () => runProgram("spm_train", spmTrainArguments(type, size, prefix, texts.train)),
  };
  return compare(
    {
      name: `train ${type === "bpe" ? "BPE" : "Unigram"} 32,000`,
      ours: { name: "lep", run: () => trainOurs(work, { method: type, size, base }, `${type}-32000`) },
      peer: sentencePiece === undefined ? missingSentencePiece : peer,
      limit,
      note: `${ourTime}; peer: wall time of the program; identity normalisation, extra white space kept, 2 threads`,
    },
    runs,
  );
}

/** Where the model of spm_train lies, without its ending. */
export const spmPrefix = (work: Workplace, type: "bpe" | "unigram"): string => work.place(`spm-${type}`);

export interface OurTraining {
  method: "bpe" | "unigram";
  size: number;
  base: string;
  /** JSONL or plain text; the training novels where left out. */
  files?: string[];
  [option: string]: unknown;
}

/** A method that the registry does not have yet is said to be missing. */
export async function trainOurs(
  work: Workplace,
  { method, size, base, files = work.texts.train, ...more }: OurTraining,
  out: string,
  trainOnly = false,
) {
  if (!(vocabularyMethodNames as string[]).includes(method)) throw new Error(`there is no method ${method}`);
  const settings = Object.entries({ threads: work.threads, ...more });
  return runScript("ours-train", [
    ...["--method", method, "--size", String(size), "--base", base, "--out", work.place(out)],
    ...(trainOnly ? ["--train-only"] : []),
    ...settings.flatMap(([name, value]) => ["--set", `${name}=${JSON.stringify(value)}`]),
    ...files,
  ]);
}

/** Writes `<out>.json`. */
export function trainBinding(work: Workplace, base: keyof Workplace["bases"], files: string[], out: string) {
  const file = path.join(work.bases[base], "tokenizer.json");
  return runScript("peer-train", ["--base", file, "--out", work.place(`${out}.json`), ...files]);
}
