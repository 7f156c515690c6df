/** Words as sequences of token ids under a given list of merges: where the trainers begin. */
import { byteAlphabet } from "../tokenizer/byte-level.js";
import type { Merge } from "../tokenizer/tokenizer-json.js";
import type { SegmentedWords } from "./merge-pairs.js";

/**
 * A run without a border (a file of one letter, a blob) is counted in pieces of so many bytes; every merge of a pair
 * goes through the whole of each word that holds it.
 */
const longestWord = 1024;

/** A function from printable form to the ids that the merges leave of it, in the order of their rank. */
export function createSegmenter(
  ids: ReadonlyMap<string, number>,
  merges: readonly Merge[],
): (token: string) => number[] {
  const ranks = new Map<string, number>();
  // Where a pair is listed twice the later rank counts, as in Hugging Face tokenizers.
  for (const [rank, [left, right]] of merges.entries()) ranks.set(`${left} ${right}`, rank);
  return (token) => {
    const parts = token.split("");
    while (ranks.size > 0) {
      let best = Number.POSITIVE_INFINITY;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Number.POSITIVE_INFINITY;
        if (rank < best) {
          best = rank;
          at = i;
        }
      }
      if (at < 0) break;
      parts.splice(at, 2, parts[at]! + parts[at + 1]!);
    }
    return parts.map((part) => ids.get(part)!);
  };
}

/** Texts with their counts, segmented. `merges` are applied first; every byte must have an id. */
export function segmentWords(
  words: Iterable<readonly [text: string, count: number]>,
  ids: ReadonlyMap<string, number>,
  merges: readonly Merge[],
): SegmentedWords {
  const segment = merges.length > 0 ? createSegmenter(ids, merges) : undefined;
  const byteIds = byteAlphabet.map((character) => ids.get(character)!);
  let symbols = new Int32Array(1 << 16);
  let used = 0;
  const starts: number[] = [];
  const counts: number[] = [];
  const append = (symbol: number): void => {
    if (used === symbols.length) {
      const larger = new Int32Array(2 * used);
      larger.set(symbols);
      symbols = larger;
    }
    symbols[used++] = symbol;
  };
  for (const [text, count] of words) {
    const bytes = Buffer.from(text, "utf8");
    for (let from = 0; from < bytes.length; ) {
      let to = Math.min(bytes.length, from + longestWord);
      while (to < bytes.length && (bytes[to]! & 0xc0) === 0x80) to--;
      starts.push(used);
      counts.push(count);
      if (segment === undefined) for (let at = from; at < to; at++) append(byteIds[bytes[at]!]!);
      else {
        let token = "";
        for (let at = from; at < to; at++) token += byteAlphabet[bytes[at]!];
        for (const id of segment(token)) append(id);
      }
      from = to;
    }
  }
  const lengths = starts.map((start, word) => (starts[word + 1] ?? used) - start);
  return {
    symbols: symbols.subarray(0, used),
    starts: Uint32Array.from(starts),
    lengths: Uint32Array.from(lengths),
    counts: Float64Array.from(counts),
  };
}
