/**
 * The merges of a BPE model as an open-addressing table, (left id, right id) → (rank, id of the two together), which
 * threads share.
 */
export interface MergeTable {
  /** Left id, right id, rank and new id of each slot, int32[4 × slots]; left −1 marks an empty one. */
  slots: Int32Array;
  /**
   * A bit for each pair, by its hash, and few bits set beside: most pairs that are asked for are no merges, and this fits
   * into a processor's cache, which the slots of a large vocabulary do not. int32, a power of two of them.
   */
  filter: Int32Array;
}

/** `merges`: left, right and new id of each merge, in order of rank. The last of equal pairs counts. */
export function buildMergeTable(merges: Int32Array): MergeTable {
  const count = merges.length / 3;
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, 1.7 * count)));
  const slots = new Int32Array(new SharedArrayBuffer(16 * size)).fill(-1);
  const filter = new Int32Array(new SharedArrayBuffer(size));
  for (let rank = 0; rank < count; rank++) {
    const left = merges[3 * rank]!;
    const right = merges[3 * rank + 1]!;
    const mask = size - 1;
    let slot = hashOfPair(left, right) & mask;
    while (slots[4 * slot] !== -1 && !(slots[4 * slot] === left && slots[4 * slot + 1] === right))
      slot = (slot + 1) & mask;
    const bit = bitOf(left, right);
    filter[(bit >>> 5) & (filter.length - 1)]! |= 1 << bit;
    slots[4 * slot] = left;
    slots[4 * slot + 1] = right;
    slots[4 * slot + 2] = rank;
    slots[4 * slot + 3] = merges[3 * rank + 2]!;
  }
  return { slots, filter };
}

/** Where the pair's slot begins in `slots`, or −1. */
export function findMerge({ slots, filter }: MergeTable, left: number, right: number): number {
  const bit = bitOf(left, right);
  if (((filter[(bit >>> 5) & (filter.length - 1)]! >>> bit) & 1) === 0) return -1;
  const mask = (slots.length >>> 2) - 1;
  for (let slot = hashOfPair(left, right) & mask; ; slot = (slot + 1) & mask) {
    const at = slot << 2;
    const found = slots[at];
    if (found === left && slots[at + 1] === right) return at;
    if (found === -1) return -1;
  }
}

function hashOfPair(left: number, right: number): number {
  const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

function bitOf(left: number, right: number): number {
  const hash = Math.imul(Math.imul(left, 0x85ebca6b) + right, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
