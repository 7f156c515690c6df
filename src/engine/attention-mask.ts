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
 * segment, `hidden` else. Padding sees itself too, so that no softmax is over nothing.
 */
export function attentionMask(
  length: number,
  segments: Int32Array | null,
  window: number,
  hidden = Number.NEGATIVE_INFINITY,
): Float32Array {
  const mask = new Float32Array(length * length).fill(hidden);
  const runs = runsOf(length, segments);
  for (const [i, run] of runs.entries()) {
    // A segment may be interrupted by others.
    const seen = runs.slice(0, i).filter(({ segment }) => segment === run.segment);
    for (let query = run.begin; query < run.end; query++) {
      const row = query * length;
      const first = Math.max(0, query - window + 1);
      for (const { begin, end } of seen) if (end > first) mask.fill(0, row + Math.max(begin, first), row + end);
      mask.fill(0, row + Math.max(run.begin, first), row + query + 1);
    }
  }
  return mask;
}

function runsOf(length: number, segments: Int32Array | null): { begin: number; end: number; segment: number }[] {
  const runs: { begin: number; end: number; segment: number }[] = [];
  for (let begin = 0; begin < length; begin = runs.at(-1)!.end) {
    const segment = segments?.[begin] ?? 0;
    let end = segments === null ? length : begin + 1;
    while (end < length && segments![end] === segment) end++;
    runs.push({ begin, end, segment });
  }
  return runs;
}
