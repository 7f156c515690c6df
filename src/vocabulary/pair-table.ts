/**
 * Counts of adjacent pairs of tokens, and the words that hold each pair. Open addressing in typed arrays: a Map keyed by
 * two numbers would take several times the memory and time. What belongs together lies together: merging comes to pairs and
 * words in no order, and waits for memory more than for anything else.
 */
export interface PairTable {
  /** Index of the pair, made where it is new. */
  add(left: number, right: number): number;
  /** Index of the pair, or -1. */
  find(left: number, right: number): number;
  left(pair: number): number;
  right(pair: number): number;
  count(pair: number): number;
  /** Changes the count. Counts are integers in doubles, so they neither overflow nor drift. */
  change(pair: number, by: number): void;
  /** Notes that `word` holds the pair. Several notes of the same word in a row count as one. */
  note(pair: number, word: number): void;
  /** Calls `visit` with every noted word, some perhaps several times, and forgets them. */
  takeWords(pair: number, visit: (word: number) => void): void;
  readonly size: number;
}

const grown = <A extends Int32Array | Float64Array>(array: A): A => {
  const larger = new (array.constructor as new (length: number) => A)(2 * Math.ceil(array.length * 0.75));
  larger.set(array);
  return larger;
};

/** Of a pair: left id, right id, its newest note, and the word of that. */
const pairLength = 4;

/** `places`: about how many notes there will be to begin with. */
export function createPairTable(places: number): PairTable {
  let slots = new Int32Array(1 << 12).fill(-1);
  let pairs = new Int32Array(pairLength << 11);
  let counts = new Float64Array(1 << 11);
  let size = 0;
  /** Word and older note, in turn. */
  let notes = new Int32Array(2 * Math.max(1 << 10, places));
  let noted = 0;
  /** Notes that were taken, chained; they are used again once there is no room for new ones, which lie closer together. */
  let free = -1;

  const slotOf = (left: number, right: number): number => {
    const mask = slots.length - 1;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = pairLength * slots[slot]!;
      if (at < 0 || (pairs[at] === left && pairs[at + 1] === right)) return slot;
    }
  };
  const grow = (): void => {
    counts = grown(counts);
    const larger = new Int32Array(pairLength * counts.length);
    larger.set(pairs);
    pairs = larger;
    while (slots.length < 2 * counts.length) slots = new Int32Array(2 * slots.length);
    slots.fill(-1);
    for (let pair = 0; pair < size; pair++) {
      slots[slotOf(pairs[pairLength * pair]!, pairs[pairLength * pair + 1]!)] = pair;
    }
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
      pairs[pairLength * pair] = left;
      pairs[pairLength * pair + 1] = right;
      pairs[pairLength * pair + 2] = -1;
      pairs[pairLength * pair + 3] = -1;
      counts[pair] = 0;
      if (size === counts.length) grow();
      return pair;
    },
    find: (left, right) => slots[slotOf(left, right)]!,
    left: (pair) => pairs[pairLength * pair]!,
    right: (pair) => pairs[pairLength * pair + 1]!,
    count: (pair) => counts[pair]!,
    change(pair, by) {
      counts[pair]! += by;
    },
    note(pair, word) {
      const at = pairLength * pair;
      if (pairs[at + 3] === word) return;
      let note = noted;
      if (2 * noted < notes.length) noted++;
      else if (free >= 0) {
        note = free;
        free = notes[2 * note + 1]!;
      } else {
        notes = grown(notes);
        noted++;
      }
      notes[2 * note] = word;
      notes[2 * note + 1] = pairs[at + 2]!;
      pairs[at + 2] = note;
      pairs[at + 3] = word;
    },
    takeWords(pair, visit) {
      let note = pairs[pairLength * pair + 2]!;
      pairs[pairLength * pair + 2] = -1;
      pairs[pairLength * pair + 3] = -1;
      while (note >= 0) {
        const word = notes[2 * note]!;
        const next = notes[2 * note + 1]!;
        notes[2 * note + 1] = free;
        free = note;
        visit(word);
        note = next;
      }
    },
  };
}
