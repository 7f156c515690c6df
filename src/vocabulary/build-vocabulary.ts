/** Makes a tokenizer folder with a new vocabulary out of a base tokenizer. */
import { statSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { findCorpusFiles } from "../corpus/corpus-files.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import { TokenizerError } from "../errors.js";
import { packageRoot } from "../package-root.js";
import type { Progress } from "../progress.js";
import { createTokenizer } from "../tokenizer/create-tokenizer.js";
import { formatTokenizerJson } from "../tokenizer/format-tokenizer-json.js";
import { loadTokenizer, readTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { parseTokenizerJson, type TokenizerJson } from "../tokenizer/tokenizer-json.js";
import { checkTokenizerFolder, writeTokenizerFolder } from "../tokenizer/write-tokenizer.js";
import { type ChangedTokens, countChangedTokens } from "./changed-tokens.js";
import { type VocabularyOptions, vocabularySchema } from "./options.js";
import { type VocabularyMethodName, vocabularyMethods } from "./registry.js";
import { rowMap } from "./row-map.js";
import type { MadeVocabulary, VocabularyMethod } from "./vocabulary-method.js";

export interface BuildVocabularyOptions extends VocabularyOptions {
  method: VocabularyMethodName;
  /** Folder or tokenizer.json; left out: `tokenizers/byte-level`, bytes and the special tokens of a chat. */
  base?: string | undefined;
  /** Text of the old language: how much of it is cut otherwise is counted (extended). */
  compare?: CorpusOptions | undefined;
  /** Folder of the new tokenizer. */
  out: string;
  /** The result does not depend on it. */
  threads?: number | undefined;
}

export interface VocabularySummary {
  method: VocabularyMethodName;
  /** Ids in all, added tokens included. */
  size: number;
  /** Tokens of the base that are still there, new ones, and those of the base that are gone. */
  kept: number;
  added: number;
  removed: number;
  merges: number;
  /** Words that were to become one token each (extended). */
  words?: number;
  /** Tokens of the text to compare that changed. */
  changed?: ChangedTokens;
}

/** What `progress` says when the vocabulary is made, and is written and tried. */
export const checkingTask = "writing and checking the tokenizer";

/** Throws `TokenizerError` and `CorpusError`; then `out` is as it was. */
export async function buildVocabulary(
  options: BuildVocabularyOptions,
  progress?: Progress,
): Promise<VocabularySummary> {
  const { method, compare, out } = options;
  const place = placeOfBase(options);
  chooseVocabularyMethod(options);
  checkTokenizerFolder(out);
  if (compare !== undefined) await findCorpusFiles(compare.files);
  const original = await loadTokenizer(place);
  const { base, made } = await makeVocabulary(options, progress);
  const map = rowMap(base, made);
  const counts = countTokens(map, made);
  const folder = statSync(place).isDirectory() ? place : undefined;
  const changed = compare && (await countChangedTokens(original, inMemory(base, made), readCorpus(compare)));
  progress?.({ task: checkingTask, done: 0, total: counts.size, unit: "tokens" });
  const facts = { method, ...counts, ...(changed && { changed }) };
  await writeTokenizerFolder(out, base, folder, made, facts, map);
  return { ...facts, merges: made.merges.length, ...(made.words !== undefined && { words: made.words }) };
}

const placeOfBase = ({ base }: Pick<BuildVocabularyOptions, "base">): string =>
  base ?? path.join(packageRoot(), "tokenizers", "byte-level");

/** The new vocabulary, not written. Throws as `buildVocabulary`. */
export async function makeVocabulary(
  options: Omit<BuildVocabularyOptions, "out" | "compare">,
  progress?: Progress,
): Promise<{ place: string; base: TokenizerJson; made: MadeVocabulary }> {
  const place = placeOfBase(options);
  const method = chooseVocabularyMethod(options);
  const base = readTokenizer(place);
  return { place, base, made: await method.make(base, options, progress) };
}

/** The method that the options name. Throws `TokenizerError` where there is none, or it does not know an option. */
export function chooseVocabularyMethod(options: Omit<BuildVocabularyOptions, "out" | "compare">): VocabularyMethod {
  const { method } = options;
  const chosen: VocabularyMethod | undefined = Object.hasOwn(vocabularyMethods, method)
    ? vocabularyMethods[method]
    : undefined;
  if (chosen === undefined) {
    throw new TokenizerError("vocabulary.unknown_method", `there is no vocabulary method ${JSON.stringify(method)}`, {
      hint: `Methods: ${Object.keys(vocabularyMethods).join(", ")}.`,
    });
  }
  checkOptions(method, chosen, options);
  return chosen;
}

function inMemory(base: TokenizerJson, made: MadeVocabulary): Tokenizer {
  const json = parseTokenizerJson(JSON.parse(formatTokenizerJson(base, made)), base.source);
  return createTokenizer(json, { bosId: undefined, eosIds: [], chatTemplate: undefined });
}

const shared = new Set(["method", "base", "out", "threads", "compare"]);

const schemas: Readonly<Record<string, z.ZodType>> = vocabularySchema.shape;

function checkOptions(method: string, { options: known }: VocabularyMethod, options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || shared.has(name)) continue;
    if (!(known as readonly string[]).includes(name)) {
      throw new TokenizerError("vocabulary.option", `the method ${method} has no option ${name}`, {
        hint: `Its options: ${known.join(", ")}.`,
      });
    }
    const checked = schemas[name]?.safeParse(value);
    if (checked?.success === false) {
      const fault = checked.error.issues.map(({ message }) => message).join("; ");
      throw new TokenizerError("vocabulary.option", `${name}: ${JSON.stringify(value)}: ${fault}`);
    }
  }
}

function countTokens(
  map: Int32Array,
  made: MadeVocabulary,
): { size: number; kept: number; added: number; removed: number } {
  const after = new Set([...made.vocabulary.keys(), ...made.addedTokens.map((token) => token.content)]);
  const kept = new Set(map.filter((id) => id >= 0)).size;
  return { size: after.size, kept, added: after.size - kept, removed: map.length - kept };
}
