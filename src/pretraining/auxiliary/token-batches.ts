/** A corpus as ids, a batch at a time, in the order of the text: memory does not grow with it. */

import type { CorpusOptions } from "../../corpus/read-corpus.js";
import { readPieces } from "../../corpus/read-pieces.js";
import type { EncodedTexts, Tokenizer } from "../../tokenizer/tokenizer.js";
import { pause } from "../pause.js";

const batchPieces = 1 << 12;
const batchCharacters = 1 << 19;

/** Throws what `readPieces` throws, and `EngineError` `run.interrupted` on a signal. */
export async function* tokenBatches(
  corpus: CorpusOptions,
  tokenizer: Tokenizer,
  signal?: AbortSignal,
): AsyncGenerator<EncodedTexts> {
  let batch: string[] = [];
  let characters = 0;
  for await (const piece of readPieces(corpus)) {
    batch.push(piece);
    characters += piece.length;
    if (batch.length < batchPieces && characters < batchCharacters) continue;
    yield await tokenizer.encodeBulk(batch);
    await pause(signal);
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield await tokenizer.encodeBulk(batch);
}
