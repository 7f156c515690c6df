/**
 * Counts of adjacent pairs of tokens, and the words that hold each pair. Open addressing in typed arrays: a Map keyed by
 * two numbers would take several times the memory and time.
 */
export interface PairTable {
  /** Index of the pair, made where it is new. */
  add(left: number, right: number): number;
  /** Index of the pair, or -1. */
  find(left: number, right: number): number;
  left(pair: number): number;
  right(pair: number): number;
  count(pair: number): number;
  /** Changes the count; gives the new one. Counts are integers in doubles, so they neither overflow nor drift. */
  change(pair: number, by: number): number;
  /** Notes that `word` holds the pair. Several notes of the same word in a row count as one. */
  note(pair: number, word: number): void;
  /** Calls `visit` with every noted word, some perhaps several times, and forgets them. */
  takeWords(pair: number, visit: (word: number) => void): void;
  readonly size: number;
}

const grown = <A extends Int32Array | Float64Array>(array: A): A => {
  const larger = new (array.constructor as new (length: number) => A)(Math.ceil(array.length * 1.5));
  larger.set(array);
  return larger;
};

/** `places`: about how many notes there will be to begin with. */
export function createPairTable(places: number): PairTable {
  let slots = new Int32Array(1 << 12).fill(-1);
  let lefts = new Int32Array(1 << 11);
  let rights = new Int32Array(1 << 11);
  let counts = new Float64Array(1 << 11);
  /** Newest note of a pair; notes are chained to older ones. */
  let heads = new Int32Array(1 << 11);
  let size = 0;
  let noteWords = new Int32Array(Math.max(1 << 10, places));
  let noteNexts = new Int32Array(noteWords.length);
  let notes = 0;
  /** Notes that were taken, chained; they are used again before there are more. */
  let free = -1;

  const slotOf = (left: number, right: number): number => {
    const mask = slots.length - 1;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const pair = slots[slot]!;
      if (pair < 0 || (lefts[pair] === left && rights[pair] === right)) return slot;
    }
  };
  const grow = (): void => {
    lefts = grown(lefts);
    rights = grown(rights);
    counts = grown(counts);
    heads = grown(heads);
    while (slots.length < 2 * lefts.length) slots = new Int32Array(2 * slots.length);
    slots.fill(-1);
    for (let pair = 0; pair < size; pair++) slots[slotOf(lefts[pair]!, rights[pair]!)] = pair;
  };

  return {
    get size() {
      return size;
    },
    add(left, right) {
      const slot = slotOf(left, right);
      const found = slots[slot]!;
      if (found >= 0) return found;
      const pair = size++;
      slots[slot] = pair;
      lefts[pair] = left;
      rights[pair] = right;
      counts[pair] = 0;
      heads[pair] = -1;
      if (size === lefts.length) grow();
      return pair;
    },
    find: (left, right) => slots[slotOf(left, right)]!,
    left: (pair) => lefts[pair]!,
    right: (pair) => rights[pair]!,
    count: (pair) => counts[pair]!,
    change(pair, by) {
      counts[pair]! += by;
      return counts[pair]!;
    },
    note(pair, word) {
      const head = heads[pair]!;
      if (head >= 0 && noteWords[head] === word) return;
      let note = free;
      if (note >= 0) free = noteNexts[note]!;
      else {
        if (notes === noteWords.length) {
          noteWords = grown(noteWords);
          noteNexts = grown(noteNexts);
        }
        note = notes++;
      }
      noteWords[note] = word;
      noteNexts[note] = head;
      heads[pair] = note;
    },
    takeWords(pair, visit) {
      let note = heads[pair]!;
      heads[pair] = -1;
      while (note >= 0) {
        const word = noteWords[note]!;
        const next = noteNexts[note]!;
        noteNexts[note] = free;
        free = note;
        visit(word);
        note = next;
      }
    },
  };
}
