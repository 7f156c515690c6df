/** How often each id occurs in a text. */
import type { CorpusOptions } from "../../corpus/read-corpus.js";
import type { Progress } from "../../progress.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { tokenBatches } from "./token-batches.js";

export interface CountJob {
  corpus: CorpusOptions;
  tokenizer: Tokenizer;
  /** For the progress line. */
  task: string;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** `counts`: float64[tokenizer.size]. Throws what `tokenBatches` throws. */
export async function countTokens({ corpus, tokenizer, task, progress, signal }: CountJob) {
  const counts = new Float64Array(tokenizer.size);
  let total = 0;
  for await (const { ids } of tokenBatches(corpus, tokenizer, signal)) {
    for (const id of ids) counts[id]!++;
    total += ids.length;
    progress?.({ task, done: total, total: 0, unit: "tokens" });
  }
  return { counts, total };
}
