/**
 * A trie over UTF-16 units in one open-addressing table, (node, unit) → child, so that threads share it as it is and a
 * step is one look-up whatever the alphabet. Node 0 is the root; 0 as a child means that there is none.
 */
export interface UnitTrie {
  /** Node, unit and child of each slot, int32[3 × slots]; child 0 marks an empty one. */
  slots: Int32Array;
  /** The value of each node, −1 where no text ends. */
  values: Int32Array;
}

/** `texts` are distinct and not empty. */
export function buildUnitTrie(texts: readonly (readonly [text: string, value: number])[]): UnitTrie {
  let most = 1;
  for (const [text] of texts) most += text.length;
  let count = 1;
  let trie = allocate(1 << 10);
  const values = new Int32Array(most).fill(-1);
  for (const [text, value] of texts) {
    if (count + text.length > trie.length / 6) trie = grown(trie, text.length);
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const at = slotOf(trie, node, unit);
      if (trie[at + 2] === 0) {
        trie[at] = node;
        trie[at + 1] = unit;
        trie[at + 2] = count++;
      }
      node = trie[at + 2]!;
    }
    values[node] = value;
  }
  const shared = new Int32Array(new SharedArrayBuffer(4 * count));
  shared.set(values.subarray(0, count));
  return { slots: trie, values: shared };
}

/** The node behind `unit`, or 0. */
export function stepUnitTrie(slots: Int32Array, node: number, unit: number): number {
  return slots[slotOf(slots, node, unit) + 2]!;
}

/** The value of the text that is just `units[from, to)`, or −1. */
export function findInTrie({ slots, values }: UnitTrie, units: Uint16Array, from: number, to: number): number {
  let node = 0;
  for (let i = from; i < to; i++) {
    node = stepUnitTrie(slots, node, units[i]!);
    if (node === 0) return -1;
  }
  return values[node]!;
}

/** Three units a slot, a power of two of them. */
const allocate = (slots: number): Int32Array => new Int32Array(new SharedArrayBuffer(12 * slots));

function grown(old: Int32Array, room: number): Int32Array {
  let slots = old.length / 3;
  while (slots < old.length / 3 + 2 * room || slots === old.length / 3) slots *= 2;
  const trie = allocate(slots);
  for (let i = 0; i < old.length; i += 3) {
    if (old[i + 2] !== 0) trie.set(old.subarray(i, i + 3), slotOf(trie, old[i]!, old[i + 1]!));
  }
  return trie;
}

function slotOf(slots: Int32Array, node: number, unit: number): number {
  const mask = slots.length / 3 - 1;
  let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  hash ^= hash >>> 15;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const at = 3 * slot;
    if (slots[at + 2] === 0 || (slots[at] === node && slots[at + 1] === unit)) return at;
  }
}
