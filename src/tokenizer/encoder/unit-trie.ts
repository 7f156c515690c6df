/**
 * A trie over UTF-16 units as a double array (Aoe 1989, "An efficient digital search algorithm by using a double-array
 * structure"): the child of a node by a unit stands at the node's base plus the unit's code, and names its parent, so that
 * a step is one look-up in one array, which threads share. Node 0 is the root; 0 as a child means that there is none.
 */
export interface UnitTrie {
  /** Code of each UTF-16 unit, from 1 on, uint16[65536]; 0 for one that no text has. */
  codes: Uint16Array;
  /** Base, parent and value of each node, int32[4 × nodes], the fourth unused; value −1 where no text ends. */
  cells: Int32Array;
}

/** `texts` are distinct and not empty. */
export function buildUnitTrie(texts: readonly (readonly [text: string, value: number])[]): UnitTrie {
  const codes = codesOf(texts);
  const values = new Map(texts);
  const sorted = [...values.keys()].sort();
  const cells = createCells();
  // Nodes whose children have no place yet, each with its depth and its texts, first and last, which share so many units.
  const open = [0, 0, 0, sorted.length];
  const starts: number[] = [];
  const units: number[] = [];
  while (open.length > 0) {
    const to = open.pop()!;
    let from = open.pop()!;
    const depth = open.pop()!;
    const node = open.pop()!;
    if (from < to && sorted[from]!.length === depth) cells.setValue(node, values.get(sorted[from++]!)!);
    if (from === to) continue;
    starts.length = 0;
    units.length = 0;
    let last = -1;
    for (let i = from; i < to; i++) {
      const unit = sorted[i]!.charCodeAt(depth);
      if (unit === last) continue;
      starts.push(i);
      units.push(codes[unit]!);
      last = unit;
    }
    const base = cells.place(node, units);
    for (const [i, start] of starts.entries()) open.push(base + units[i]!, depth + 1, start, starts[i + 1] ?? to);
  }
  return { codes, cells: cells.shared(codes.reduce((a, b) => Math.max(a, b))) };
}

/** Frequent units get small codes, so that the children of most nodes stand close together. */
function codesOf(texts: readonly (readonly [text: string, value: number])[]): Uint16Array {
  const counts = new Uint32Array(0x10000);
  for (const [text] of texts) for (let i = 0; i < text.length; i++) counts[text.charCodeAt(i)]!++;
  const codes = new Uint16Array(new SharedArrayBuffer(2 * 0x10000));
  const units = [...counts.keys()].filter((unit) => counts[unit]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b);
  for (const [i, unit] of units.entries()) codes[unit] = i + 1;
  return codes;
}

interface Cells {
  setValue(node: number, value: number): void;
  /** Finds room for children of these codes; returns the base. */
  place(node: number, codes: readonly number[]): number;
  /** With room behind the end for the code of any unit. */
  shared(largestCode: number): Int32Array;
}

const free = -1;
/** So many places are tried for several children before the search begins farther on for good. */
const patience = 24;

function createCells(): Cells {
  let cells = new Int32Array(4).fill(free);
  // Free places in a ring in both directions, so that taken ones are never looked at; place 0 is the root and its knot.
  let next = Int32Array.of(0);
  let previous = Int32Array.of(0);
  let end = 1;
  let severalFrom = 0;
  const grow = (): void => {
    const old = next.length;
    const size = Math.max(1 << 12, 2 * old);
    const larger = new Int32Array(4 * size).fill(free);
    larger.set(cells);
    cells = larger;
    const last = previous[0]!;
    const [oldNext, oldPrevious] = [next, previous];
    next = new Int32Array(size);
    previous = new Int32Array(size);
    for (let i = old; i < size; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    next.set(oldNext);
    previous.set(oldPrevious);
    next[last] = old;
    previous[old] = last;
    next[size - 1] = 0;
    previous[0] = size - 1;
  };
  const isFree = (node: number): boolean => node >= next.length || cells[4 * node + 1] === free;
  const take = (at: number, parent: number): void => {
    while (at >= next.length) grow();
    if (at === severalFrom) severalFrom = previous[at]!;
    next[previous[at]!] = next[at]!;
    previous[next[at]!] = previous[at]!;
    cells[4 * at + 1] = parent;
    end = Math.max(end, at + 1);
  };
  const search = (codes: readonly number[]): number => {
    const least = codes[0]!;
    let tried = 0;
    for (let at = codes.length > 1 ? severalFrom : 0; ; tried++) {
      if (next[at] === 0) grow();
      at = next[at]!;
      if (at < least || !codes.every((code) => isFree(at - least + code))) continue;
      if (tried > patience && codes.length > 1) severalFrom = at;
      return at - least;
    }
  };
  return {
    setValue: (node, value) => {
      cells[4 * node + 2] = value;
    },
    place(node, codes) {
      const base = search(codes.length === 1 ? codes : codes.toSorted((a, b) => a - b));
      for (const code of codes) take(base + code, node);
      cells[4 * node] = base;
      return base;
    },
    shared(largestCode) {
      const result = new Int32Array(new SharedArrayBuffer(16 * (end + largestCode))).fill(free);
      result.set(cells.subarray(0, 4 * end));
      return result;
    },
  };
}

/** The node behind `unit`, or 0. */
export function stepUnitTrie({ codes, cells }: UnitTrie, node: number, unit: number): number {
  const code = codes[unit]!;
  if (code === 0) return 0;
  const child = cells[node << 2]! + code;
  return cells[(child << 2) + 1] === node ? child : 0;
}

/** The value of the text that ends at a node, or −1. */
export const valueAt = ({ cells }: UnitTrie, node: number): number => cells[(node << 2) + 2]!;

/** The value of the text that is just `units[from, to)`, or −1. */
export function findInTrie(trie: UnitTrie, units: Uint16Array, from: number, to: number): number {
  let node = 0;
  for (let i = from; i < to; i++) {
    node = stepUnitTrie(trie, node, units[i]!);
    if (node === 0) return -1;
  }
  return valueAt(trie, node);
}
