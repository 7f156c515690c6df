import type { PreTokenizer } from "../tokenizer/pre-tokenizer.js";
import type { WordCounts } from "./word-table.js";

/** The words of some texts with their counts. */
export function countTexts(texts: readonly string[], cut: PreTokenizer): WordCounts {
  const slots = new Map<string, number>();
  const counts: number[] = [];
  const count = (word: string): void => {
    const slot = slots.get(word);
    if (slot === undefined) slots.set(word, counts.push(1) - 1);
    else counts[slot]!++;
  };
  for (const text of texts) cut(text, count);

  let length = 0;
  for (const word of slots.keys()) length += 3 * word.length;
  const bytes = Buffer.from(new ArrayBuffer(length));
  const starts = new Uint32Array(slots.size + 1);
  let word = 0;
  for (const text of slots.keys()) {
    starts[word + 1] = starts[word]! + bytes.write(text, starts[word]!);
    word++;
  }
  return { size: slots.size, bytes: bytes.subarray(0, starts[word]), starts, counts: Float64Array.from(counts) };
}
