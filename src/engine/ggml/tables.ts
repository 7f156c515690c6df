/** Input embedding and LM head in a graph, each in a frozen and a trained part: see table-rows.ts. */
import type { Inputs } from "./inputs.js";
import type { Linears } from "./linear.js";
import type { Parameters } from "./parameters.js";
import type { Ops, Tensor } from "./tensor.js";
import type { TableWeights } from "./weights.js";

/** Embedded tokens [d, N]. */
export function embed(ops: Ops, linears: Linears, table: TableWeights, inputs: Inputs): Tensor {
  const { frozenPart, name } = table;
  if (frozenPart === null) return ops.rows(linears.leaf(name), inputs.trainedTokens);
  const frozen = ops.rows(frozenPart, inputs.frozenTokens);
  if (table.trained === 0) return frozen;
  const trained = ops.rows(linears.leaf(name), inputs.trainedTokens);
  return ops.add(ops.mul(frozen, inputs.isFrozen), ops.mul(trained, inputs.isTrained));
}

/** Logits [V, n] of hidden states [d, n], the frozen rows' first. */
export function logits(
  ops: Ops,
  linears: Linears,
  { frozenPart, name, trained }: TableWeights,
  hidden: Tensor,
): Tensor {
  if (frozenPart === null) return linears.trainedProduct(name, hidden);
  const frozen = ops.matmul(frozenPart, hidden);
  return trained === 0 ? frozen : ops.concat(frozen, linears.trainedProduct(name, hidden), 0);
}

/** The logits' gradient in the two parts; null for one that is not there. */
export function splitLogits(ops: Ops, { frozen, trained }: TableWeights, dLogits: Tensor) {
  if (frozen === 0) return { frozen: null, trained: dLogits };
  if (trained === 0) return { frozen: dLogits, trained: null };
  return {
    frozen: ops.contiguous(ops.features(dLogits, 0, frozen)),
    trained: ops.contiguous(ops.features(dLogits, frozen, trained)),
  };
}

/**
 * Adds the gradient of the embedded tokens [d, N] to the rows of the table's gradient. The sums over equal
 * tokens are made first, in a matrix of N columns instead of one of V: by ggml's own operation where the
 * device has it, else as a product with one-hot rows.
 */
export function addToRows(
  ops: Ops,
  parameters: Parameters,
  { name, trained }: TableWeights,
  inputs: Inputs,
  dEmbedded: Tensor,
  identity: Tensor | null,
): Tensor {
  const sums =
    identity === null
      ? ops.rowsBack(dEmbedded, inputs.slots, dEmbedded)
      : ops.matmul(
          ops.contiguous(ops.transpose(dEmbedded)),
          ops.contiguous(ops.transpose(ops.rows(identity, inputs.slots))),
        );
  const table = parameters.gradient(ops, name, 1);
  if (table.shape[1] !== trained + 1) throw new RangeError(`${name}: ${table.shape[1]} rows of gradient`);
  const rows = inputs.distinctRows;
  return ops.setRows(table, ops.add(ops.rows(table, rows), sums), rows);
}
