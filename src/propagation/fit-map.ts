/** The map of one table, embedding or LM head, from the base to the instruct model's space. */
import { CheckpointError } from "../errors.js";
import type { MatrixPool } from "../matrix/matrix-pool.js";
import type { Progress } from "../progress.js";
import { type Equation, writeSums } from "./equation.js";
import { solveLeastSquares } from "./least-squares.js";
import type { RowReader } from "./row-reader.js";

/** How well the map fits, and what it was fitted on. */
export interface MapFit {
  /** ‖C(E_b) W - C(E_i)‖ / ‖C(E_i)‖ in the Frobenius norm; null where nothing was fitted. */
  residual: number | null;
  /** Singular values of C(E_b) that count, out of `width`. */
  rank: number;
  width: number;
  /** Largest through smallest singular value that counts, estimated. */
  condition: number;
  solver: "cholesky" | "minimum-norm" | "identity";
  equations: number;
}

export interface FittedMap {
  fit: MapFit;
  /** Wᵀ in rows, [width, width]; undefined for the identity. */
  transposedMap?: Float64Array;
}

/** `name` is the tensor, for the progress line. `equations` undefined: the identity. Throws `CheckpointError` where there is none. */
export async function fitMap(
  name: string,
  { base, instruct }: { base: RowReader; instruct: RowReader },
  equations: readonly Equation[] | undefined,
  pool: MatrixPool,
  progress?: Progress,
): Promise<FittedMap> {
  const { width } = base;
  if (equations === undefined) {
    return { fit: { residual: null, rank: width, width, condition: 1, solver: "identity", equations: 0 } };
  }
  if (equations.length === 0) {
    throw new CheckpointError("propagation.nothing_shared", "the two vocabularies share nothing to fit a map on", {
      hint: "Use the method swap, or check that the tokenizers are the right ones.",
    });
  }
  const { transposedMap, ...solution } = await solveLeastSquares(
    {
      inputs: width,
      outputs: width,
      rows: equations.length,
      fill(first, count, x, y) {
        const some = equations.slice(first, first + count);
        writeSums(base, some, x);
        writeSums(instruct, some, y);
        const total = equations.length;
        progress?.({ task: `fitting the map of ${name}`, done: first + count, total, unit: "equations" });
      },
    },
    pool,
  );
  return { fit: { ...solution, width, equations: equations.length }, transposedMap };
}
