/** Products of parts of float64 matrices on one thread, through the kernel of tile-kernel.ts. */
import { createMemory, createTileKernel, tile, unrolled } from "./tile-kernel.js";

/** A part of a matrix: element (i, j) is at `offset + i · row + j · column`. */
export interface Part {
  data: Float64Array;
  offset: number;
  row: number;
  column: number;
}

export interface ProductShape {
  rows: number;
  columns: number;
  inner: number;
}

/** out [rows, columns] += factor · a [rows, inner] · b [inner, columns]. `out` must lie in rows (column 1). */
export type AddProduct = (out: Part, a: Part, b: Part, shape: ProductShape, factor: 1 | -1) => void;

// A panel of 8 kB stays in the first-level cache, a block of a (512 kB) in the second.
const rowsAtOnce = 256;
const columnsAtOnce = 256;
const innerAtOnce = 256;

export function createAddProduct(): AddProduct {
  const sizes = [rowsAtOnce * innerAtOnce, columnsAtOnce * innerAtOnce, rowsAtOnce * columnsAtOnce];
  const bytes = 8 * sizes.reduce((sum, size) => sum + size, 0);
  const memory = createMemory(bytes);
  const kernel = createTileKernel(memory);
  const numbers = new Float64Array(memory.buffer);
  const atB = sizes[0]!;
  const atC = atB + sizes[1]!;
  return (out, a, b, { rows, columns, inner }, factor) => {
    for (let j = 0; j < columns; j += columnsAtOnce) {
      const width = Math.min(columnsAtOnce, columns - j);
      for (let i = 0; i < rows; i += rowsAtOnce) {
        const height = Math.min(rowsAtOnce, rows - i);
        const stride = ceil(width, tile);
        numbers.fill(0, atC, atC + ceil(height, tile) * stride);
        for (let k = 0; k < inner; k += innerAtOnce) {
          const length = Math.min(innerAtOnce, inner - k);
          const padded = ceil(length, unrolled);
          pack(numbers, 0, a.data, a.offset + i * a.row + k * a.column, a.row, a.column, height, length);
          pack(numbers, atB, b.data, b.offset + j * b.column + k * b.row, b.column, b.row, width, length);
          kernel(0, 8 * atB, 8 * atC, padded, Math.ceil(height / tile), Math.ceil(width / tile), 8 * stride);
        }
        for (let r = 0; r < height; r++) {
          const to = out.offset + (i + r) * out.row + j;
          const from = atC + r * stride;
          if (factor === 1) for (let c = 0; c < width; c++) out.data[to + c]! += numbers[from + c]!;
          else for (let c = 0; c < width; c++) out.data[to + c]! -= numbers[from + c]!;
        }
      }
    }
  };
}

const ceil = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Panels of four lines, [length padded][4] each; `line` apart are the lines, `along` apart the numbers that are summed over. */
function pack(
  out: Float64Array,
  start: number,
  data: Float64Array,
  offset: number,
  line: number,
  along: number,
  lines: number,
  length: number,
): void {
  const padded = ceil(length, unrolled);
  let to = start;
  for (let first = 0; first < lines; first += tile) {
    const from = offset + first * line;
    if (first + tile <= lines) {
      for (let k = 0, at = from; k < length; k++, at += along) {
        out[to] = data[at]!;
        out[to + 1] = data[at + line]!;
        out[to + 2] = data[at + 2 * line]!;
        out[to + 3] = data[at + 3 * line]!;
        to += tile;
      }
    } else {
      for (let k = 0; k < length; k++) {
        for (let r = 0; r < tile; r++) out[to + r] = first + r < lines ? data[from + k * along + r * line]! : 0;
        to += tile;
      }
    }
    out.fill(0, to, to + (padded - length) * tile);
    to += (padded - length) * tile;
  }
}
