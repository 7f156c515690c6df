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

/** Both must be byte-level. Reads `documents` once, as a stream. */
export async function countChangedTokens(
  old: Tokenizer,
  renewed: Tokenizer,
  documents: Documents,
): Promise<ChangedTokens> {
  const result: ChangedTokens = { tokens: 0, changed: 0 };
  const spans = spansOf(old, renewed);
  const renewedSpans = spansOf(renewed, old);
  for await (const { text } of documents) {
    const pieces = [...cutText(text)];
    for (let from = 0; from < pieces.length; from += 16) {
      const batch = pieces.slice(from, from + 16);
      const before = await old.encodeBulk(batch);
      const after = await renewed.encodeBulk(batch);
      result.tokens += before.ids.length;
      for (const i of batch.keys())
        result.changed += countChanged(spans, textOf(before, i), renewedSpans, textOf(after, i));
    }
  }
  return result;
}

const textOf = ({ ids, starts }: EncodedTexts, i: number): Int32Array => ids.subarray(starts[i], starts[i + 1]);

interface TokenSpans {
  /** Bytes of each id. */
  lengths: Int32Array;
  /** For each id the id of the same token in the other tokenizer, or −1. */
  same: Int32Array;
}

function spansOf(tokenizer: Tokenizer, other: Tokenizer): TokenSpans {
  const lengths = new Int32Array(tokenizer.size);
  const same = new Int32Array(tokenizer.size).fill(-1);
  for (let id = 0; id < tokenizer.size; id++) {
    const token = tokenizer.tokenOf(id) ?? "";
    lengths[id] = tokenizer.bytesOf(id)?.length ?? Buffer.byteLength(token);
    same[id] = other.idOf(token) ?? -1;
  }
  return { lengths, same };
}

/** Walks both sequences by bytes; a token is unchanged where the other sequence has the same bytes from the same place. */
function countChanged(old: TokenSpans, ids: Int32Array, renewed: TokenSpans, others: Int32Array): number {
  let changed = 0;
  let at = 0;
  let otherAt = 0;
  let other = 0;
  for (const id of ids) {
    while (otherAt < at) otherAt += renewed.lengths[others[other++]!]!;
    const same = otherAt === at && other < others.length && others[other] === old.same[id];
    if (!same) changed++;
    at += old.lengths[id]!;
  }
  return changed;
}
