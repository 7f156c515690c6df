/** Which keys a query sees, as numbers that are added to the scores before the softmax. */

/** One segment with padding at most behind it: what the padding sees does not matter, so the mask is the causal one. */
export function isOneSegment(segments: Int32Array): boolean {
  let last = segments.length;
  while (last > 0 && segments[last - 1] === -1) last--;
  for (let i = 1; i < last; i++) if (segments[i] !== segments[0]) return false;
  return true;
}

/**
 * float32[length, length], a row a query: 0 for itself and the `window` − 1 positions before it in the same
 * segment (a run of equal numbers), `hidden` else. Padding sees itself too, so that no softmax is over nothing.
 */
export function attentionMask(
  length: number,
  segments: Int32Array | null,
  window: number,
  hidden = Number.NEGATIVE_INFINITY,
): Float32Array {
  const mask = new Float32Array(length * length).fill(hidden);
  let begin = 0;
  for (let query = 0; query < length; query++) {
    if (segments !== null && query > 0 && segments[query] !== segments[query - 1]) begin = query;
    const row = query * length;
    mask.fill(0, row + Math.max(begin, query - window + 1), row + query + 1);
  }
  return mask;
}
