/** The texts that the benchmark works on, made from the novels. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface Texts {
  /** Files to train on, about 20 MB. */
  train: string[];
  /** The same as JSONL, a document a line with its line feed: the npm binding trains on lines. */
  trainLines: string;
  /** The first characters of the training text. */
  sample: string;
  sampleCharacters: number;
  /** Held out, in one file. */
  validation: string;
}

const sampleCharacters = 4_000_000;

export function makeTexts(novels: string, work: string): Texts {
  const train = textFiles(path.join(novels, "ru", "train"));
  const validation = path.join(work, "validation.txt");
  writeFileSync(
    validation,
    textFiles(path.join(novels, "ru", "validation"))
      .map(read)
      .join(""),
  );
  const all = train.map(read);
  const sample = path.join(work, "sample.txt");
  writeFileSync(sample, [...all.join("").slice(0, 2 * sampleCharacters)].slice(0, sampleCharacters).join(""));
  const trainLines = path.join(work, "train-lines.jsonl");
  const documents = all.flatMap((text) => text.split(/(?<=\n)/)).map((line) => `${JSON.stringify({ text: line })}\n`);
  writeFileSync(trainLines, documents.join(""));
  return { train, trainLines, sample, sampleCharacters, validation };
}

/** Without a byte order mark, which the sides treat otherwise. */
const read = (file: string): string => readFileSync(file, "utf8").replace(/^\ufeff/, "");

function textFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((name) => path.join(folder, name));
}

/**
 * Writes a text with ten times as many different words as `files` have: theirs, and each word with nine endings. Returns
 * how many there are.
 */
export function writeManyWords(files: readonly string[], file: string): { before: number; after: number } {
  const words = new Set<string>();
  for (const place of files) for (const [word] of read(place).matchAll(/\p{L}+/gu)) words.add(word);
  const endings = ["", "ъаъ", "ъеъ", "ъиъ", "ъоъ", "ъуъ", "ъыъ", "ъэъ", "ъюъ", "ъяъ"];
  const lines = endings.map((ending) => [...words].map((word) => `${word}${ending}`).join(" "));
  writeFileSync(file, `${lines.join("\n")}\n`);
  return { before: words.size, after: words.size * endings.length };
}
