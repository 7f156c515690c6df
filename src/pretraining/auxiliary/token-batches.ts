/** A corpus as ids, a batch at a time, in the order of the text: memory does not grow with it. */

import type { CorpusOptions } from "../../corpus/read-corpus.js";
import { readPieces } from "../../corpus/read-pieces.js";
import { textBatches } from "../../corpus/text-batches.js";
import { pause } from "../../pause.js";
import type { EncodedTexts, Tokenizer } from "../../tokenizer/tokenizer.js";

const batchPieces = 1 << 12;
const batchCharacters = 1 << 19;

/** Throws what `readPieces` throws, and `EngineError` `run.interrupted` on a signal. */
export async function* tokenBatches(
  corpus: CorpusOptions,
  tokenizer: Tokenizer,
  signal?: AbortSignal,
): AsyncGenerator<EncodedTexts> {
  for await (const { texts } of textBatches(readPieces(corpus), batchCharacters, batchPieces)) {
    yield await tokenizer.encodeBulk(texts);
    await pause(signal);
  }
}
