/** Float64 products and substitutions on all cores. What they work on lies in memory that the threads share. */
import { availableParallelism } from "node:os";
import { createWorkerPool } from "../worker-pool.js";
import { createAddProduct, type Part, type ProductShape } from "./add-product.js";
import { type BlockedFactor, substitute } from "./substitute.js";
import { findSystemBlas, type SystemBlas } from "./system-blas.js";
import type { MatrixJob } from "./worker.js";

export interface MatrixPool {
  /**
   * out [rows, columns] += factor · a [rows, inner] · b [inner, columns]; with `lower` only tiles that touch j ≤ i. The
   * result does not depend on the number of threads, unless it is the system's BLAS that computes. All data must come from `sharedNumbers`.
   */
  addProduct(out: Part, a: Part, b: Part, shape: ProductShape & { lower?: boolean }, factor?: 1 | -1): Promise<void>;
  /** Replaces the rows of `vectors` [count, size] by their solutions. */
  substitute(factor: BlockedFactor, vectors: Float64Array, count: number): Promise<void>;
  close(): Promise<void>;
}

/** Zeros in memory that worker threads see too. */
export function sharedNumbers(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

/** A whole row-major matrix with rows of `width`, from element `offset` on. */
export const inRows = (data: Float64Array, width: number, offset = 0): Part => ({
  data,
  offset,
  row: width,
  column: 1,
});

/** Its transpose. */
export const inColumns = (data: Float64Array, width: number, offset = 0): Part => ({
  data,
  offset,
  row: 1,
  column: width,
});

const outTile = 256;
/** Of a product of which the lower half is wanted. */
const blasRows = 256;
const vectorsAtOnce = 64;
/** Below so many multiplications a message to another thread costs more than it saves. */
const smallProduct = 1 << 20;

/** `threads` 0: all cores. Threads start with the first large product. `blas` null: our own kernel only. */
export function createMatrixPool(threads = 0, blas: SystemBlas | null = findSystemBlas()): MatrixPool {
  const workers = threads > 0 ? Math.min(threads, availableParallelism()) : availableParallelism();
  const pool = createWorkerPool<MatrixJob, void>(new URL("./worker.js", import.meta.url), undefined, workers);
  const here = createAddProduct();
  let turn: Promise<void> = Promise.resolve();
  /** One product at a time: it takes all cores itself. */
  const throughBlas = (library: SystemBlas, ...product: Parameters<SystemBlas["addProduct"]>): Promise<void> => {
    turn = turn.then(() => library.addProduct(...product));
    return turn;
  };
  return {
    async addProduct(out, a, b, { rows, columns, inner, lower = false }, factor = 1) {
      if (rows * columns * inner <= smallProduct) {
        here(out, a, b, { rows, columns, inner }, factor);
        return;
      }
      const part = (of: Part, down: number, right: number): Part => ({
        ...of,
        offset: of.offset + down * of.row + right * of.column,
      });
      if (blas !== null) {
        for (let i = 0, height = lower ? blasRows : rows; i < rows; i += height) {
          const count = Math.min(height, rows - i);
          const shape = { rows: count, columns: lower ? Math.min(columns, i + count) : columns, inner };
          await throughBlas(blas, part(out, i, 0), part(a, i, 0), b, shape, factor);
        }
        return;
      }
      const jobs: Promise<void>[] = [];
      for (let i = 0; i < rows; i += outTile) {
        for (let j = 0; j < columns && (!lower || j <= i); j += outTile) {
          const shape = { rows: Math.min(outTile, rows - i), columns: Math.min(outTile, columns - j), inner };
          jobs.push(
            pool.run({ kind: "product", out: part(out, i, j), a: part(a, i, 0), b: part(b, 0, j), shape, factor }),
          );
        }
      }
      await Promise.all(jobs);
    },
    async substitute(factor, vectors, count) {
      if (count * factor.size * factor.size <= smallProduct) {
        substitute(here, factor, vectors, 0, count);
        return;
      }
      const jobs: Promise<void>[] = [];
      for (let first = 0; first < count; first += vectorsAtOnce) {
        const some = Math.min(vectorsAtOnce, count - first);
        jobs.push(pool.run({ kind: "substitute", factor, vectors, first, count: some }));
      }
      await Promise.all(jobs);
    },
    close: () => pool.close(),
  };
}
