/** How much of a text in the old language a new tokenizer cuts otherwise than the old one did. */
import type { Documents } from "../corpus/document.js";
import { cutText } from "../tokenizer/cut-text.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

export interface ChangedTokens {
  /** Tokens of the text under the old tokenizer. */
  tokens: number;
  /** Those that the new one has not at the same place. */
  changed: number;
}

/** Both must be byte-level. Reads `documents` once, as a stream. */
export async function countChangedTokens(
  old: Tokenizer,
  renewed: Tokenizer,
  documents: Documents,
): Promise<ChangedTokens> {
  const result: ChangedTokens = { tokens: 0, changed: 0 };
  for await (const { text } of documents) {
    const pieces = [...cutText(text)];
    for (let from = 0; from < pieces.length; from += 16) {
      const batch = pieces.slice(from, from + 16);
      const before = await old.encodeBatch(batch);
      const after = await renewed.encodeBatch(batch);
      for (const [i, ids] of before.entries()) {
        result.tokens += ids.length;
        result.changed += changedIn(old, ids, renewed, after[i]!);
      }
    }
  }
  return result;
}

/** Walks both sequences by bytes; a token is unchanged where the other sequence has the same bytes from the same place. */
function changedIn(old: Tokenizer, ids: number[], renewed: Tokenizer, others: number[]): number {
  const lengthOf = (tokenizer: Tokenizer, id: number): number =>
    tokenizer.bytesOf(id)?.length ?? Buffer.byteLength(tokenizer.tokenOf(id) ?? "");
  let changed = 0;
  let at = 0;
  let otherAt = 0;
  let other = 0;
  for (const id of ids) {
    while (otherAt < at) otherAt += lengthOf(renewed, others[other++]!);
    const same = otherAt === at && other < others.length && renewed.tokenOf(others[other]!) === old.tokenOf(id);
    if (!same) changed++;
    at += lengthOf(old, id);
  }
  return changed;
}
