/**
 * Adds `scale` · B · A (LoRA, arXiv 2106.09685) to rows of a matrix, in place and in float32.
 * Shapes: rows [any, width], the first of them row `firstRow` of the matrix; a [rank, width], b [height, rank].
 */
export function addLowRank(rows: Float32Array, firstRow: number, width: number, { a, b, scale }: LowRank): void {
  const rank = a.length / width;
  for (let row = 0; row < rows.length / width; row++) {
    const out = rows.subarray(row * width, (row + 1) * width);
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[(firstRow + row) * rank + r]!;
      const adapter = a.subarray(r * width, (r + 1) * width);
      for (let i = 0; i < width; i++) out[i] = out[i]! + factor * adapter[i]!;
    }
  }
}

export interface LowRank {
  a: Float32Array;
  b: Float32Array;
  scale: number;
}
