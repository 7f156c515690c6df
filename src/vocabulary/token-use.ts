import type { CorpusOptions } from "../corpus/read-corpus.js";
import { readPieces } from "../corpus/read-pieces.js";
import { textBatches } from "../corpus/text-batches.js";
import type { Progress } from "../progress.js";
import { createTokenizer } from "../tokenizer/create-tokenizer.js";
import type { TokenizerJson } from "../tokenizer/tokenizer-json.js";

/** Pieces of one call to the encoder, in UTF-16 units. */
const batchUnits = 1 << 20;

/** How often each id occurs in a corpus: [size]. Throws `CorpusError`. */
export async function tokenUse(base: TokenizerJson, corpus: CorpusOptions, progress?: Progress): Promise<Float64Array> {
  const tokenizer = createTokenizer(base, { bosId: undefined, eosIds: [], chatTemplate: undefined });
  const use = new Float64Array(base.size);
  let characters = 0;
  for await (const { texts, units } of textBatches(readPieces(corpus), batchUnits)) {
    for (const ids of await tokenizer.encodeBatch(texts)) for (const id of ids) use[id]!++;
    characters += units;
    progress?.({ task: "counting tokens", done: characters, total: 0, unit: "characters" });
  }
  return use;
}
