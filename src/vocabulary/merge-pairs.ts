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
  /** False for a pair that must not become a token; all may where left out. */
  allows?(left: number, right: number): boolean;
  /** The id of the pair's token, an old or a new one; undefined stops. Called in the order of the merges. */
  merge(left: number, right: number, count: number): number | undefined;
}

/** Merges until no pair is left or the rule stops. Changes `words` in place. */
export function mergePairs(words: SegmentedWords, rule: MergeRule): void {
  const { symbols, starts, counts } = words;
  const table = createPairTable(symbols.length);
  for (const [word, start] of starts.entries()) {
    const end = start + symbols[start - 1]!;
    for (let at = start; at + 1 < end; at++) {
      if (rule.allows?.(symbols[at]!, symbols[at + 1]!) === false) continue;
      const pair = table.add(symbols[at]!, symbols[at + 1]!);
      table.change(pair, counts[word]!);
      table.note(pair, start);
    }
  }
  const heap = createPairHeap((pair, other) => rule.precedes(table, pair, other));
  for (let pair = 0; pair < table.size; pair++)
    if (table.count(pair) >= rule.minCount) heap.push(pair, table.count(pair));

  const before = createNeighbours();
  const behind = createNeighbours();
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
    /** The pair that a place makes with the new token, or -1 where it must not become one. */
    const pairOf = (first: number, second: number): number =>
      rule.allows?.(first, second) === false ? -1 : table.add(first, second);
    table.takeWords(best, (start) => {
      const end = start + symbols[start - 1]!;
      const times = counts[symbols[start - 2]!]!;
      let to = start;
      for (let at = start; at < end; ) {
        if (symbols[at] !== left || at + 1 >= end || symbols[at + 1] !== right) {
          symbols[to++] = symbols[at++]!;
          continue;
        }
        if (to > start) {
          const other = symbols[to - 1]!;
          const pair = before.has(other) ? before.pairOf(other) : before.meet(other, pairOf(other, token));
          before.add(other, times);
          if (pair >= 0) table.note(pair, start);
        }
        if (at + 2 < end) {
          const other = symbols[at + 2]!;
          const pair = behind.has(other) ? behind.pairOf(other) : behind.meet(other, pairOf(token, other));
          behind.add(other, times);
          if (pair >= 0) table.note(pair, start);
        }
        symbols[to++] = token;
        at += 2;
      }
      symbols[start - 1] = to - start;
    });
    const risen = new Set<number>();
    const move = (old: number, pair: number, times: number): void => {
      if (pair >= 0) table.change(pair, times);
      if (pair >= 0) risen.add(pair);
      if (old >= 0) table.change(old, -times);
    };
    before.forget((other, pair, times) => move(table.find(other, left), pair, times));
    behind.forget((other, pair, times) => move(table.find(right, other), pair, times));
    table.change(best, -table.count(best));
    for (const pair of risen) if (table.count(pair) >= rule.minCount) heap.push(pair, table.count(pair));
  }
}

/** The symbols that stood beside the merged pair on one side: how often, and the pair that each makes now. */
interface Neighbours {
  has(symbol: number): boolean;
  pairOf(symbol: number): number;
  /** Notes a symbol that is new; gives `pair` back. */
  meet(symbol: number, pair: number): number;
  add(symbol: number, times: number): void;
  /** Calls `visit` for each and starts over. */
  forget(visit: (symbol: number, pair: number, times: number) => void): void;
}

/**
 * Tables by symbol, since the same few symbols stand beside a pair again and again: the large table of pairs is asked once for
 * each of them and not once for every place.
 */
function createNeighbours(): Neighbours {
  let pairs = new Int32Array(1 << 10);
  let times = new Float64Array(1 << 10);
  /** The turn that a symbol was met in. */
  let turns = new Uint32Array(1 << 10);
  let turn = 1;
  const met: number[] = [];
  const grow = (symbol: number): void => {
    const length = 2 ** Math.ceil(Math.log2(symbol + 1));
    const longer = <A extends Int32Array | Float64Array | Uint32Array>(from: A): A => {
      const array = new (from.constructor as new (size: number) => A)(length);
      array.set(from);
      return array;
    };
    pairs = longer(pairs);
    times = longer(times);
    turns = longer(turns);
  };
  return {
    has: (symbol) => turns[symbol] === turn,
    pairOf: (symbol) => pairs[symbol]!,
    meet(symbol, pair) {
      if (symbol >= turns.length) grow(symbol);
      turns[symbol] = turn;
      pairs[symbol] = pair;
      times[symbol] = 0;
      met.push(symbol);
      return pair;
    },
    add(symbol, count) {
      times[symbol]! += count;
    },
    forget(visit) {
      for (const symbol of met) visit(symbol, pairs[symbol]!, times[symbol]!);
      met.length = 0;
      turn++;
    },
  };
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
