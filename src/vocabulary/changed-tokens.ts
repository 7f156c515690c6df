/** How much of a text in the old language a new tokenizer cuts otherwise than the old one did. */
import type { Documents } from "../corpus/document.js";
import { cutText } from "../tokenizer/cut-text.js";
import type { EncodedTexts, Tokenizer } from "../tokenizer/tokenizer.js";

export interface ChangedTokens {
  /** Tokens of the text under the old tokenizer. */
  tokens: number;
  /** Those that the new one has not at the same place. */
  changed: number;
}

/** Reads `documents` once, as a stream. */
export async function countChangedTokens(
  old: Tokenizer,
  renewed: Tokenizer,
  documents: Documents,
): Promise<ChangedTokens> {
  const result: ChangedTokens = { tokens: 0, changed: 0 };
  const lengths = lengthsOf(old);
  const renewedLengths = lengthsOf(renewed);
  for await (const { text } of documents) {
    const pieces = [...cutText(text)];
    for (let from = 0; from < pieces.length; from += 16) {
      const batch = pieces.slice(from, from + 16);
      const before = await old.encodeBulk(batch);
      const after = await renewed.encodeBulk(batch);
      result.tokens += before.ids.length;
      for (const i of batch.keys())
        result.changed += countChanged(lengths, textOf(before, i), renewedLengths, textOf(after, i));
    }
  }
  return result;
}

const textOf = ({ ids, starts }: EncodedTexts, i: number): Int32Array => ids.subarray(starts[i], starts[i + 1]);

/** Bytes of each id. */
function lengthsOf(tokenizer: Tokenizer): Int32Array {
  return Int32Array.from(
    { length: tokenizer.size },
    (_, id) => tokenizer.bytesOf(id)?.length ?? Buffer.byteLength(tokenizer.tokenOf(id) ?? ""),
  );
}

/** Walks both sequences by bytes; a token is unchanged where the other sequence has one of its length at its place. */
function countChanged(lengths: Int32Array, ids: Int32Array, otherLengths: Int32Array, others: Int32Array): number {
  let changed = 0;
  let at = 0;
  let otherAt = 0;
  let other = 0;
  for (const id of ids) {
    while (otherAt < at) otherAt += otherLengths[others[other++]!]!;
    const same = otherAt === at && other < others.length && otherLengths[others[other]!] === lengths[id];
    if (!same) changed++;
    at += lengths[id]!;
  }
  return changed;
}
