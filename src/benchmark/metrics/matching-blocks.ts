/**
 * How many characters two texts share in order: the blocks of Ratcliff and Obershelp ("Pattern matching: the
 * gestalt approach", Dr. Dobb's Journal, July 1988) without junk. The longest common block is taken (of equally
 * long ones the earliest in `a`, then in `b`), then the same left and right of it. Characters are code points.
 */

/** Sum of the sizes of the matching blocks, in code points. */
export function matchingCharacters(a: string, b: string): number {
  const left = codePoints(a);
  const right = codePoints(b);
  const places = occurrences(right);
  // Length of the common run that ends at each place of b, for the row of a before and the present one.
  const buffers = { before: new Int32Array(right.length + 1), now: new Int32Array(right.length + 1) };
  const spans: [aFrom: number, aTo: number, bFrom: number, bTo: number][] = [[0, left.length, 0, right.length]];
  let total = 0;
  for (;;) {
    const span = spans.pop();
    if (span === undefined) return total;
    const [aFrom, aTo, bFrom, bTo] = span;
    const [i, j, size] = longestBlock(left, places, span, buffers);
    if (size === 0) continue;
    total += size;
    if (aFrom < i && bFrom < j) spans.push([aFrom, i, bFrom, j]);
    if (i + size < aTo && j + size < bTo) spans.push([i + size, aTo, j + size, bTo]);
  }
}

const codePoints = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!);

function occurrences(text: number[]): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (const [at, character] of text.entries()) {
    const known = places.get(character);
    if (known === undefined) places.set(character, [at]);
    else known.push(at);
  }
  return places;
}

function longestBlock(
  a: number[],
  places: Map<number, number[]>,
  [aFrom, aTo, bFrom, bTo]: [number, number, number, number],
  buffers: { before: Int32Array; now: Int32Array },
): [i: number, j: number, size: number] {
  let bestI = aFrom;
  let bestJ = bFrom;
  let bestSize = 0;
  let { before, now } = buffers;
  before.fill(0, bFrom, bTo + 1);
  now.fill(0, bFrom, bTo + 1);
  let written: number[] = [];
  for (let i = aFrom; i < aTo; i++) {
    const touched: number[] = [];
    for (const j of within(places.get(a[i]!) ?? [], bFrom, bTo)) {
      const size = (j > bFrom ? before[j - 1]! : 0) + 1;
      now[j] = size;
      touched.push(j);
      if (size > bestSize) {
        bestI = i - size + 1;
        bestJ = j - size + 1;
        bestSize = size;
      }
    }
    for (const j of written) before[j] = 0;
    [before, now] = [now, before];
    written = touched;
  }
  return [bestI, bestJ, bestSize];
}

function* within(sorted: readonly number[], from: number, to: number): Iterable<number> {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < from) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < sorted.length && sorted[at]! < to; at++) yield sorted[at]!;
}
