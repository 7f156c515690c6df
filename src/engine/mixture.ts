/**
 * From which set each drawn block of a training comes: every set has exactly its number of draws, and the
 * places of all are shuffled by the seed. The whole sequence is known beforehand, one byte a draw, so
 * that the draws of a step depend on nothing but its number.
 */
import { createRandom } from "../random.js";

export interface Draw {
  /** Which set. */
  set: number;
  /** The how-manieth draw from this set, from 0. */
  draw: number;
}

/** Running counts stand every so many places; between them is counted. */
const stride = 1024;

/** `counts`: draws from each set, at most 65,536 sets. Returns what the `place`-th draw of all is (from 0). */
export function createMixture(counts: readonly number[], seed: number): (place: number) => Draw {
  if (counts.length === 1) return (place) => ({ set: 0, draw: place });
  const total = counts.reduce((sum, count) => sum + count, 0);
  const sets = counts.length <= 256 ? new Uint8Array(total) : new Uint16Array(total);
  let filled = 0;
  for (const [set, count] of counts.entries()) {
    sets.fill(set, filled, filled + count);
    filled += count;
  }
  // Another seed than the first set's order has.
  createRandom(seed ^ 0x6d697874).shuffle(sets);
  const before = runningCounts(sets, counts.length);
  return (place) => {
    const set = sets[place];
    if (set === undefined) throw new RangeError(`draw ${place} of ${total}`);
    const from = Math.floor(place / stride);
    let draw = before[from * counts.length + set]!;
    for (let i = from * stride; i < place; i++) if (sets[i] === set) draw++;
    return { set, draw };
  };
}

/** Draws from each set before place 0, `stride`, 2 · `stride`, …; float64[places / stride, sets]. */
function runningCounts(sets: Uint8Array | Uint16Array, count: number): Float64Array {
  const before = new Float64Array((Math.floor(sets.length / stride) + 1) * count);
  const now = new Float64Array(count);
  for (let i = 0; i < sets.length; i++) {
    if (i % stride === 0) before.set(now, (i / stride) * count);
    now[sets[i]!] = now[sets[i]!]! + 1;
  }
  return before;
}
