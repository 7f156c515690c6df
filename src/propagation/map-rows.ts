/**
 * One embedding or LM head through the map: fitted on rows of the base and the instruct model, applied to the adapted
 * base model's rows. Embedding and head each go through here with their own map.
 */
import { CheckpointError } from "../errors.js";
import { meanRow } from "../model/mean-of-pieces.js";
import type { Progress } from "../progress.js";
import { addProduct } from "./block-product.js";
import { type EquationBlock, solveLeastSquares } from "./least-squares.js";

/** How well the map fits, and what it was fitted on. */
export interface MapSummary {
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

export interface MapRowsInput {
  /** Rows of the original vocabulary: [any, width]. */
  base: Float32Array;
  instruct: Float32Array;
  /** Rows of the new vocabulary: [any, width]. */
  adapted: Float32Array;
  width: number;
  /** Lists of original ids; undefined for the identity. */
  equations: Int32Array[] | undefined;
}

const rowsAtOnce = 256;

/** The mapped rows, [adapted rows, width], and the fit. `name` is the tensor, for messages. */
export async function mapRows(
  name: string,
  { base, instruct, adapted, width, equations }: MapRowsInput,
  progress?: Progress,
): Promise<{ rows: Float32Array; summary: MapSummary }> {
  for (const [model, rows] of Object.entries({ base, instruct, adapted }))
    checkFinite(rows, width, `${name} of the ${model} model`);
  if (equations === undefined) {
    const summary: MapSummary = { residual: null, rank: width, width, condition: 1, solver: "identity", equations: 0 };
    return { rows: adapted.slice(), summary };
  }
  if (equations.length === 0) {
    throw new CheckpointError("propagation.nothing_shared", "the two vocabularies share nothing to fit a map on", {
      hint: "Use the method swap, or check that the tokenizers are the right ones.",
    });
  }
  const { transposedMap, ...fit } = await solveLeastSquares({
    inputs: width,
    outputs: width,
    blocks: () =>
      blocksOf(equations, base, instruct, width, (done, total) =>
        progress?.({ task: `fitting the map of ${name}`, done, total, unit: "equations" }),
      ),
  });
  const total = adapted.length / width;
  const rows = new Float32Array(adapted.length);
  for (let first = 0; first < total; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, total - first);
    const block = Float64Array.from(adapted.subarray(first * width, (first + count) * width));
    const mapped = new Float64Array(count * width);
    addProduct(mapped, block, transposedMap, { rows: count, columns: width, inner: width });
    rows.set(mapped, first * width);
    progress?.({ task: `propagating ${name}`, done: first + count, total, unit: "rows" });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { rows, summary: { ...fit, width, equations: equations.length } };
}

function* blocksOf(
  equations: Int32Array[],
  base: Float32Array,
  instruct: Float32Array,
  width: number,
  onBlock: (done: number, total: number) => void,
): Generator<EquationBlock> {
  for (let first = 0; first < equations.length; first += rowsAtOnce) {
    const some = equations.slice(first, first + rowsAtOnce);
    const x = new Float64Array(some.length * width);
    const y = new Float64Array(some.length * width);
    some.forEach((ids, i) => {
      // Means in float64: rounding them to float32 would cost digits wherever the system is badly conditioned.
      meanRow(base, width, ids, x, i * width);
      meanRow(instruct, width, ids, y, i * width);
    });
    yield { rows: some.length, x, y };
    onBlock(first + some.length, equations.length);
  }
}

function checkFinite(rows: Float32Array, width: number, what: string): void {
  const at = rows.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new CheckpointError(
    "propagation.not_finite",
    `${what}: row ${Math.floor(at / width)} has a value that is not finite`,
    {
      hint: "The training that made this model may have diverged.",
    },
  );
}
