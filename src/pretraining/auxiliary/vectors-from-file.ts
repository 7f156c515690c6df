/** Auxiliary vectors from a file of words or tokens. Only words that spell a token of either vocabulary are kept. */
import { textOfBytes } from "../../tokenizer/byte-level.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { AuxiliaryVectors, VectorsJob } from "./auxiliary-vectors.js";
import { readWordVectors } from "./word-vectors.js";

/**
 * A token is looked for as it stands in the vocabulary (`Ġкот`), then as its text without white space around it, then in small
 * letters. Throws what `readWordVectors` throws.
 */
export async function vectorsFromFile({
  tokenizer,
  original,
  file,
  progress,
}: VectorsJob & { file: string }): Promise<AuxiliaryVectors> {
  const wanted = new Set([...formsOfAll(tokenizer), ...formsOfAll(original)]);
  const found = new Map<string, Float32Array>();
  let dimensions = 0;
  let read = 0;
  for await (const { word, vector } of readWordVectors(file)) {
    dimensions = vector.length;
    if (wanted.has(word) && !found.has(word)) found.set(word, vector);
    if (++read % 10_000 === 0) progress?.({ task: `reading ${file}`, done: read, total: 0, unit: "words" });
  }
  const first = (forms: string[]): Float32Array | undefined =>
    forms.map((form) => found.get(form)).find((vector) => vector !== undefined);
  const ofToken = (id: number) => first(formsOf(tokenizer, id));
  let tokens = 0;
  for (let id = 0; id < tokenizer.size; id++) if (ofToken(id) !== undefined) tokens++;
  return { source: file, dimensions, tokens, ofToken, ofBytes: (bytes) => first(spellings(bytes)) };
}

function* formsOfAll(tokenizer: Tokenizer): Generator<string> {
  for (let id = 0; id < tokenizer.size; id++) yield* formsOf(tokenizer, id);
}

function formsOf(tokenizer: Tokenizer, id: number): string[] {
  const bytes = tokenizer.bytesOf(id);
  const form = tokenizer.tokenOf(id);
  return bytes === undefined || form === undefined ? [] : [form, ...spellings(bytes)];
}

function spellings(bytes: Uint8Array): string[] {
  const text = textOfBytes(bytes)?.trim();
  return text === undefined || text === "" ? [] : [text, text.toLowerCase()];
}
