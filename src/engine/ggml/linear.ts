/**
 * Linear maps y = W x in a graph, with what their gradients need. Three kinds meet here: frozen (the
 * transpose lies ready), trained (the transpose and, with bf16, the rounded copies are made in the
 * graph), and forward only. One choice in one place, so that the model's graph does not know.
 */
import { ggmlType } from "./functions.js";
import type { Ops, Tensor } from "./tensor.js";
import type { Weights } from "./weights.js";

export interface Linears {
  /** The tensor itself, trained or frozen. */
  leaf(name: string): Tensor;
  /** `x` [in, N] -> [out, N] */
  forward(name: string, x: Tensor): Tensor;
  /** `dy` [out, N] -> [in, N] */
  backward(name: string, dy: Tensor): Tensor;
  /** W's gradient [in, out] from the input [in, N] and the output's gradient [out, N]. */
  weightGradient(x: Tensor, dy: Tensor): Tensor;
}

export function createLinears(ops: Ops, weights: Weights, bf16: boolean): Linears {
  const leaves = new Map<string, Tensor>();
  const rounded = new Map<Tensor, Tensor>();
  const flipped = new Map<Tensor, Tensor>();

  const once = <K>(known: Map<K, Tensor>, key: K, make: () => Tensor): Tensor => {
    const tensor = known.get(key) ?? make();
    known.set(key, tensor);
    return tensor;
  };
  const leaf = (name: string): Tensor =>
    weights.frozen.get(name) ?? once(leaves, name, () => weights.parameters!.value(ops, name));
  const round = (x: Tensor): Tensor => once(rounded, x, () => ops.cast(x, ggmlType.BF16));
  const transpose = (x: Tensor, tiles = 1): Tensor =>
    once(flipped, x, () => {
      if (tiles > 1) return ops.transposeInTiles(x, bf16 ? ggmlType.BF16 : ggmlType.F32, tiles);
      const view = ops.transpose(x);
      return bf16 ? ops.cast(view, ggmlType.BF16) : ops.contiguous(view);
    });

  return {
    leaf,
    forward(name, x) {
      const w = leaf(name);
      return ops.matmul(bf16 && !weights.frozen.has(name) ? round(w) : w, x);
    },
    backward(name, dy) {
      const w = leaf(name);
      return ops.matmul(weights.transposed.get(name) ?? transpose(w, tilesOf(w)), dy);
    },
    weightGradient: (x, dy) => ops.matmul(transpose(x), transpose(dy)),
  };
}

/** Into how many tiles a transposition is cut; only embedding and head are wide enough to gain by it. */
function tilesOf({ shape: [, rows] }: Tensor): number {
  if (rows < 8192) return 1;
  for (let tile = 512; tile >= 128; tile--) if (rows % tile === 0) return rows / tile;
  return 1;
}
