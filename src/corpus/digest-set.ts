/**
 * A set of 64-bit digests with open addressing in one typed array: 12 to 24 bytes an entry, where a Set of strings would
 * take above a hundred.
 */
export interface DigestSet {
  /** Adds the first 8 bytes of `digest`; false where they were there already. */
  add(digest: Uint8Array): boolean;
  readonly size: number;
}

export function createDigestSet(): DigestSet {
  // Two words an entry; both zero means free, so the one digest of all zeros is kept as (0, 1).
  let slots = new Uint32Array(2 * 1024);
  let size = 0;
  const place = (table: Uint32Array, low: number, high: number): number => {
    const mask = table.length / 2 - 1;
    let slot = low & mask;
    for (; ; slot = (slot + 1) & mask) {
      const a = table[2 * slot]!;
      const b = table[2 * slot + 1]!;
      if ((a === 0 && b === 0) || (a === low && b === high)) return 2 * slot;
    }
  };
  const put = (table: Uint32Array, low: number, high: number): boolean => {
    const at = place(table, low, high);
    if (table[at] !== 0 || table[at + 1] !== 0) return false;
    table[at] = low;
    table[at + 1] = high;
    return true;
  };
  return {
    get size() {
      return size;
    },
    add(digest) {
      const view = new DataView(digest.buffer, digest.byteOffset, 8);
      const low = view.getUint32(0, true);
      const high = view.getUint32(4, true) || (low === 0 ? 1 : 0);
      if (!put(slots, low, high)) return false;
      size++;
      // Above two thirds full the runs of taken slots grow long.
      if (size * 3 > slots.length) {
        const larger = new Uint32Array(slots.length * 2);
        for (let i = 0; i < slots.length; i += 2) {
          if (slots[i] !== 0 || slots[i + 1] !== 0) put(larger, slots[i]!, slots[i + 1]!);
        }
        slots = larger;
      }
      return true;
    },
  };
}
