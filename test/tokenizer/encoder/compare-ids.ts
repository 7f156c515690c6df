import assert from "node:assert/strict";
import { Tokenizer } from "tokenizers";
import { createRandom } from "../../../src/random.js";
import { createEncoder } from "../../../src/tokenizer/encoder/encoder.js";
import { parseTokenizerJson } from "../../../src/tokenizer/tokenizer-json.js";

/** Asserts that our ids of `texts` are those of Hugging Face tokenizers; returns how many texts were left to the binding. */
export async function assertSameIds(raw: Record<string, unknown>, texts: string[], threads = 1): Promise<number> {
  const peer = Tokenizer.fromString(JSON.stringify(raw));
  const { ids, starts, left } = await createEncoder(parseTokenizerJson(raw, "sample")).encodeBatch(texts, threads);
  const skipped = new Set(left);
  for (let from = 0; from < texts.length; from += 512) {
    const expected = await peer.encodeBatch(texts.slice(from, from + 512), { addSpecialTokens: false });
    for (const [i, encoding] of expected.entries()) {
      if (skipped.has(from + i)) continue;
      const found = Array.from(ids.subarray(starts[from + i], starts[from + i + 1]));
      assert.deepEqual(found, encoding.getIds(), JSON.stringify(texts[from + i]!.slice(0, 200)));
    }
  }
  return left.length;
}

/** Emoji, joined ones, combining marks, scripts side by side, control characters, halves of surrogate pairs, white space. */
export const oddities: readonly string[] = [
  ..."aBsSſ'’KёЖйéИ\u0301 \n\t\r\u0085\ufeff\u00a0\u2028\u200d1٣½Ⅷ_-!漢のʼ\u0000\u0007ᄀﬆßİ/.▁—«»\ufffd",
  ..."'s|'LL|  |    |\r\n|23|456|😀|👨‍👩‍👧|🏳️‍🌈|e\u0301|при|вет| мир|The| quick|ааа|----|————|.....|xxxxx|▁▁|<0x0A>|𝐀|𝟙|𠀀|haha".split(
    "|",
  ),
  "\ud800",
  "\udc00",
  "\ud83d",
];

/** Texts of up to `length` parts from `pool`, always the same. */
export function oddTexts(count: number, length: number, pool: readonly string[] = oddities): string[] {
  const random = createRandom(11);
  return ["", ...Array.from({ length: count }, () => oddText(random, 1 + random.below(length), pool))];
}

function oddText(random: ReturnType<typeof createRandom>, parts: number, pool: readonly string[]): string {
  return Array.from({ length: parts }, () => pool[random.below(pool.length)]).join("");
}
