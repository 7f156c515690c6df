/**
 * The loop of byte pair encoding (Sennrich, Haddow and Birch, arXiv 1508.07909): again and again the most frequent
 * adjacent pair of tokens becomes a token and is replaced everywhere. A heap holds the pairs by count; an entry whose
 * count has changed since goes back in with the new one. Only the words that hold a pair are touched when it merges.
 * Counts are of adjacent places, so "aaa" counts the pair (a, a) twice, as Hugging Face tokenizers do.
 */
import { createPairTable, type PairTable } from "./pair-table.js";
import type { SegmentedWords } from "./segmented-words.js";

export interface MergeRule {
  /** Pairs with a smaller count are never merged. At least 1. */
  minCount: number;
  /** Which of two pairs with the same count comes first; must be a strict order. */
  precedes(table: PairTable, pair: number, other: number): boolean;
  /** False for a pair that must not become a token. */
  allows(left: number, right: number): boolean;
  /** The id of the pair's token, an old or a new one; undefined stops. Called in the order of the merges. */
  merge(left: number, right: number, count: number): number | undefined;
}

/** Merges until no pair is left or the rule stops. Changes `words` in place. */
export function mergePairs(words: SegmentedWords, rule: MergeRule): void {
  const { symbols, starts, lengths, counts } = words;
  const table = createPairTable(symbols.length);
  for (let word = 0; word < starts.length; word++) {
    const start = starts[word]!;
    const end = start + lengths[word]!;
    for (let at = start; at + 1 < end; at++) {
      if (!rule.allows(symbols[at]!, symbols[at + 1]!)) continue;
      const pair = table.add(symbols[at]!, symbols[at + 1]!);
      table.change(pair, counts[word]!);
      table.note(pair, word);
    }
  }
  const heap = createPairHeap((pair, other) => rule.precedes(table, pair, other));
  for (let pair = 0; pair < table.size; pair++)
    if (table.count(pair) >= rule.minCount) heap.push(pair, table.count(pair));

  let risen: number[] = [];
  const rise = (left: number, right: number, word: number): void => {
    if (!rule.allows(left, right)) return;
    const pair = table.add(left, right);
    table.change(pair, counts[word]!);
    table.note(pair, word);
    if (risen.at(-1) !== pair) risen.push(pair);
  };
  const fall = (left: number, right: number, word: number): void => {
    const pair = table.find(left, right);
    if (pair >= 0) table.change(pair, -counts[word]!);
  };

  while (heap.size > 0) {
    const [best, pushed] = heap.pop();
    const count = table.count(best);
    if (count !== pushed) {
      if (count >= rule.minCount) heap.push(best, count);
      continue;
    }
    const left = table.left(best);
    const right = table.right(best);
    const token = rule.merge(left, right, count);
    if (token === undefined) return;
    risen = [];
    table.takeWords(best, (word) => {
      const start = starts[word]!;
      const end = start + lengths[word]!;
      let to = start;
      for (let at = start; at < end; ) {
        if (symbols[at] !== left || at + 1 >= end || symbols[at + 1] !== right) {
          symbols[to++] = symbols[at++]!;
          continue;
        }
        if (to > start) {
          fall(symbols[to - 1]!, left, word);
          rise(symbols[to - 1]!, token, word);
        }
        if (at + 2 < end) {
          fall(right, symbols[at + 2]!, word);
          rise(token, symbols[at + 2]!, word);
        }
        symbols[to++] = token;
        at += 2;
      }
      lengths[word] = to - start;
    });
    table.change(best, -table.count(best));
    for (const pair of new Set(risen)) if (table.count(pair) >= rule.minCount) heap.push(pair, table.count(pair));
  }
}

interface PairHeap {
  push(pair: number, count: number): void;
  pop(): [pair: number, count: number];
  readonly size: number;
}

/** A binary heap: highest count first, then as `precedes` says. */
function createPairHeap(precedes: (pair: number, other: number) => boolean): PairHeap {
  const pairs: number[] = [];
  const counts: number[] = [];
  const before = (pair: number, count: number, at: number): boolean =>
    count !== counts[at] ? count > counts[at]! : pair !== pairs[at] && precedes(pair, pairs[at]!);
  return {
    get size() {
      return pairs.length;
    },
    push(pair, count) {
      let at = pairs.length;
      pairs.push(pair);
      counts.push(count);
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(pair, count, parent)) break;
        pairs[at] = pairs[parent]!;
        counts[at] = counts[parent]!;
        at = parent;
      }
      pairs[at] = pair;
      counts[at] = count;
    },
    pop() {
      const top: [number, number] = [pairs[0]!, counts[0]!];
      const pair = pairs.pop()!;
      const count = counts.pop()!;
      const size = pairs.length;
      if (size === 0) return top;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= size) break;
        if (child + 1 < size && before(pairs[child + 1]!, counts[child + 1]!, child)) child++;
        if (before(pair, count, child)) break;
        pairs[at] = pairs[child]!;
        counts[at] = counts[child]!;
        at = child;
      }
      pairs[at] = pair;
      counts[at] = count;
      return top;
    },
  };
}
