/** What the speed must not cost: the same merges, the same ids, as few tokens, and memory that stays bounded. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { spmModel } from "./encode-entries.js";
import { readIdLines } from "./ids-file.js";
import { missingSentencePiece, spmEncodeArguments } from "./sentencepiece.js";
import { type Run, runProgram, runScript } from "./sides.js";
import { writeManyWords } from "./texts.js";
import { bindingSize, trainBinding, trainOurs } from "./train-entries.js";
import type { Workplace } from "./workplace.js";

export const valueEntries: Record<string, (work: Workplace) => Promise<BenchmarkEntry>> = {
  "merges equal to Hugging Face's, byte-level": (work) => equalMerges(work, "byteLevel"),
  "merges equal to Hugging Face's, metaspace": (work) => equalMerges(work, "metaspace"),
  "Unigram's symbols per token": unigramQuality,
  "ids equal to Hugging Face's": equalIds,
  "peak memory, ten times the words": (work) => manyWords(work, "bpe"),
  "peak memory, ten times the words, Unigram": (work) => manyWords(work, "unigram"),
};

const compared = 20_000;

async function equalMerges(work: Workplace, base: "byteLevel" | "metaspace"): Promise<BenchmarkEntry> {
  const { texts, bases } = work;
  const [ours, peer] = [`merges-${base}`, `merges-${base}-peer`];
  await trainOurs(
    work,
    { method: "bpe", size: bindingSize, base: bases[base], files: [texts.trainLines], min_frequency: 1 },
    ours,
  );
  await trainBinding(work, base, texts.train, peer);
  const [mine, theirs] = [path.join(work.place(ours), "tokenizer.json"), work.place(`${peer}.json`)].map((file) =>
    mergesOf(file, base),
  );
  const equal = Array.from({ length: compared }, (_, i) => mine?.[i] !== undefined && mine[i] === theirs?.[i]);
  const first = equal.indexOf(false);
  return entry({
    name: `merges equal to Hugging Face's, ${base === "byteLevel" ? "byte-level" : "metaspace"}`,
    value: equal.filter(Boolean).length / compared,
    unit: `share of the first ${compared}, in order`,
    note: `the novels by lines, as the binding reads them; ${first < 0 ? "all are equal" : `the first that differs: ${first}`}`,
  });
}

/**
 * In order. A SentencePiece-style vocabulary lists every way to cut a token into two, as SentencePiece merges; there the
 * order of what the merges make is compared.
 */
function mergesOf(file: string, base: "byteLevel" | "metaspace"): string[] {
  const { model } = JSON.parse(readFileSync(file, "utf8")) as { model: { merges: (string | string[])[] } };
  const merges = model.merges.map((merge) => (typeof merge === "string" ? merge.split(" ") : merge));
  if (base === "byteLevel") return merges.map((merge) => merge.join(" "));
  return [...new Set(merges.map((merge) => merge.join("")))];
}

async function unigramQuality(work: Workplace): Promise<BenchmarkEntry> {
  const name = "Unigram's symbols per token";
  const { texts } = work;
  const ours = work.place("unigram-32000");
  if (!existsSync(ours)) {
    await trainOurs(work, { method: "unigram", size: 32_000, base: work.bases.byteLevel }, "unigram-32000");
  }
  const { tokens } = await runScript<Run & { tokens: number }>("ours-encode", [
    ...["--tokenizer", ours, "--text", texts.validation],
  ]);
  const model = await spmModel(work);
  if (model === undefined) return entry({ name, note: missingSentencePiece });
  const ids = work.place("spm-validation.txt");
  await runProgram("spm_encode", spmEncodeArguments(model, texts.validation, ids));
  const theirs = readIdLines(ids).reduce((sum, line) => sum + (line === "" ? 0 : line.split(" ").length), 0);
  const lines = readFileSync(texts.validation, "utf8").split("\n");
  const characters = lines.reduce((sum, line) => sum + [...line].length, 0);
  return entry({
    name,
    value: theirs / tokens,
    unit: "of those of spm_train's model",
    note: `validation novels by lines: ours ${(characters / tokens).toFixed(4)}, spm_train's ${(characters / theirs).toFixed(4)}`,
  });
}

/** Every published tokenizer.json that is there. */
async function equalIds(work: Workplace): Promise<BenchmarkEntry> {
  const name = "ids equal to Hugging Face's";
  const { tokenizers, texts } = work;
  const folders = tokenizers === undefined ? [] : readdirSync(tokenizers).sort();
  let [equal, all] = [0, 0];
  const notes: string[] = [];
  for (const folder of folders) {
    const file = path.join(tokenizers!, folder, "tokenizer.json");
    if (!existsSync(file)) continue;
    const sides = ["ours-encode", "peer-encode"].map((script) => ({ script, ids: work.place(`${script}-ids.txt`) }));
    for (const { script, ids } of sides) {
      await runScript(script, ["--tokenizer", file, "--text", texts.validation, "--ids", ids]);
    }
    const [mine, theirs] = sides.map(({ ids }) => readIdLines(ids));
    const same = theirs!.filter((line, i) => line === mine![i]).length;
    equal += same;
    all += theirs!.length;
    notes.push(`${folder}: ${same} of ${theirs!.length} lines`);
  }
  if (all === 0) return entry({ name, note: "no tokenizer.json is there: name their folder in LEP_TOKENIZERS" });
  return entry({ name, value: equal / all, unit: "share of lines", note: `validation novels; ${notes.join(", ")}` });
}

/** Megabytes. */
const cap = 350;

/** Memory that grows with the number of different words would be ten times the training entry's; here it is capped. */
async function manyWords(work: Workplace, method: "bpe" | "unigram"): Promise<BenchmarkEntry> {
  const file = work.place("many-words.txt");
  const { before, after } = writeManyWords(work.texts.train, file);
  const base = work.bases.byteLevel;
  const plain = await trainOurs(work, { method, size: 32_000, base }, `plain-words-${method}`);
  const files = [...work.texts.train, file];
  const many = await trainOurs(work, { method, size: 32_000, base, files, memory_mb: cap }, `many-words-${method}`);
  return entry({
    name: `peak memory, ten times the words${method === "unigram" ? ", Unigram" : ""}`,
    value: many.peak_mb,
    unit: "MB",
    ours_s: many.seconds,
    ours_peak_mb: many.peak_mb,
    note: `${before} different words took ${Math.round(plain.peak_mb ?? 0)} MB, ${after} under a cap of ${cap} MB took ${Math.round(many.peak_mb ?? 0)} MB`,
  });
}
