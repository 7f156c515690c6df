/** Which rows of embedding and head a training may change. */
import type { RowRange } from "../engine/engine.js";
import { TokenizerError } from "../errors.js";
import { sharedTokens } from "../tokenizer/shared-tokens.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** Rows of the tokens that `original` does not have. Throws `TokenizerError` where it has them all. */
export function newRows(tokenizer: Tokenizer, original: Tokenizer): RowRange[] {
  const known = new Set(sharedTokens(tokenizer, original).map(({ newId }) => newId));
  for (const id of tokenizer.addedIds) {
    if (original.idOf(tokenizer.tokenOf(id)!) !== undefined) known.add(id);
  }
  const ids = Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => !known.has(id));
  if (ids.length > 0) return rowRanges(ids);
  throw new TokenizerError(
    "pretraining.no_new_tokens",
    `${tokenizer.source}: ${original.source} has all of its tokens`,
    { hint: "rows: all trains the embeddings of every token." },
  );
}

/** `ids` ascending. */
export function rowRanges(ids: readonly number[]): RowRange[] {
  const ranges: RowRange[] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last?.end === id) last.end++;
    else ranges.push({ first: id, end: id + 1 });
  }
  return ranges;
}
