/**
 * Linear maps y = W x + b in a graph, both ways, with low-rank adapters (Hu et al. 2022) where they are
 * trained. A map is frozen (its transpose lies ready or is made here), trained (with bf16 the rounded
 * copies are made in the graph) or forward only. One choice in one place, so that the model's graph does not know.
 */
import { adapterName } from "../parameter-layout.js";
import type { AdapterDropout } from "./adapter-dropout.js";
import { ggmlType } from "./functions.js";
import type { GradientSink } from "./gradient-sink.js";
import type { Ops, Tensor } from "./tensor.js";
import type { Weights } from "./weights.js";

export interface LinearContext {
  ops: Ops;
  weights: Weights;
  /** Products in bf16, sums in float32. */
  bf16: boolean;
  sink: GradientSink;
  /** alpha / rank of the adapters. */
  adapterScale: number;
  /** A trained table is multiplied once forwards: its rounded copy may be written over with the transpose. */
  roundsOnce: boolean;
  /** Null in an evaluation, and where nothing is dropped. */
  dropout: AdapterDropout | null;
}

export interface Linear {
  /** `x` [in, N] -> [out, N] */
  forward(x: Tensor): Tensor;
  /** `dy` [out, N] -> [in, N], after `forward`; gradients of weights go to the sink. */
  backward(dy: Tensor): Tensor;
}

export interface Linears {
  /** The tensor itself; of a table in two parts, the trained one. */
  leaf(name: string): Tensor;
  linear(name: string): Linear;
  /** W x of a trained matrix, rounded where products are in bf16. */
  trainedProduct(name: string, x: Tensor): Tensor;
  /** Wᵀ dy of a trained matrix. */
  turnedProduct(name: string, dy: Tensor): Tensor;
  /** The same of a frozen matrix, or of the frozen part of a table. */
  frozenTurnedProduct(name: string, dy: Tensor): Tensor;
  /** A view as a product's factor: in memory of its own, or where it lies, and rounded where products are in bf16. */
  factor(view: Tensor, whereItLies?: boolean): Tensor;
  /** W's gradient [in, out] from the input [in, N] and the output's gradient [out, N]. */
  weightGradient(x: Tensor, dy: Tensor): Tensor;
}

export function createLinears(context: LinearContext): Linears {
  const { ops, weights, bf16, sink } = context;
  const leaves = new Map<string, Tensor>();
  const rounded = new Map<Tensor, Tensor>();
  const turned = new Map<Tensor, Tensor>();
  const turnedExactly = new Map<Tensor, Tensor>();

  const once = <K>(known: Map<K, Tensor>, key: K, make: () => Tensor): Tensor => {
    const tensor = known.get(key) ?? make();
    known.set(key, tensor);
    return tensor;
  };
  const isTrained = (name: string): boolean => weights.parameters?.has(name) ?? false;
  const leaf = (name: string): Tensor =>
    isTrained(name) ? once(leaves, name, () => weights.parameters!.value(ops, name)) : weights.frozen.get(name)!;
  const productType = bf16 ? ggmlType.BF16 : ggmlType.F32;
  const asType = (view: Tensor, type: typeof ggmlType.F32 | typeof ggmlType.BF16): Tensor =>
    type === ggmlType.F32 ? ops.contiguous(view) : ops.cast(view, type);
  const factor = (view: Tensor, whereItLies = false): Tensor =>
    whereItLies && !bf16 ? view : asType(view, productType);
  const transpose = (x: Tensor): Tensor => once(turned, x, () => factor(ops.transpose(x)));
  const transposeExactly = (x: Tensor): Tensor =>
    once(bf16 ? turnedExactly : turned, x, () => ops.contiguous(ops.transpose(x)));
  const turnTrained = (w: Tensor): Tensor => {
    const over = context.roundsOnce ? rounded.get(w) : undefined;
    return once(turned, w, () =>
      tilesOf(w) > 1 ? ops.transposeInTiles(w, productType, tilesOf(w), over) : transpose(w),
    );
  };
  /** Not kept in the graph: where there is no room for transposes, two of them at once are too many. */
  const turnFrozen = (name: string): Tensor => {
    const kept = weights.transposed.get(name);
    if (kept !== undefined) return kept;
    const w = weights.frozen.get(name)!;
    if (w.type === ggmlType.Q8_0) return ops.cast(ops.transpose(ops.cast(w, ggmlType.F32)), ggmlType.BF16);
    return ops.contiguous(ops.transpose(w));
  };
  const trainedProduct = (name: string, x: Tensor): Tensor => {
    const w = leaf(name);
    return ops.matmul(bf16 ? once(rounded, w, () => ops.cast(w, ggmlType.BF16)) : w, x);
  };
  const weightGradient = (x: Tensor, dy: Tensor): Tensor => ops.matmul(transpose(x), transpose(dy));

  const linear = (name: string): Linear => {
    const bias = name.replace(/weight$/, "bias");
    const hasBias = weights.frozen.has(bias) || isTrained(bias);
    const adapter = isTrained(adapterName(name, "A")) ? createAdapter(name) : null;
    let input: Tensor;
    return {
      forward(x) {
        input = x;
        let y = isTrained(name) ? trainedProduct(name, x) : ops.matmul(leaf(name), x);
        if (hasBias) y = ops.add(y, leaf(bias));
        return adapter === null ? y : ops.add(y, adapter.forward(x));
      },
      backward(dy) {
        sink(name, () => weightGradient(input, dy));
        sink(bias, () => ops.repeatBack(dy, leaf(bias)));
        const dx = ops.matmul(isTrained(name) ? turnTrained(leaf(name)) : turnFrozen(name), dy);
        return adapter === null ? dx : ops.add(dx, adapter.backward(dy));
      },
    };
  };

  /** scale · B A dropout(x), in float32: its products are small. */
  const createAdapter = (name: string): Linear => {
    const [a, b] = [adapterName(name, "A"), adapterName(name, "B")];
    const drop = (x: Tensor): Tensor => context.dropout?.apply(ops, x, a) ?? x;
    let input: Tensor;
    let low: Tensor;
    return {
      forward(x) {
        input = x;
        low = ops.matmul(leaf(a), drop(x));
        return ops.scale(ops.matmul(leaf(b), low), context.adapterScale);
      },
      backward(dy) {
        const scaled = ops.scale(dy, context.adapterScale);
        sink(b, () => ops.matmul(transposeExactly(low), transposeExactly(scaled)));
        const dLow = ops.matmul(transposeExactly(leaf(b)), scaled);
        sink(a, () => ops.matmul(transposeExactly(drop(input)), transposeExactly(dLow)));
        return drop(ops.matmul(transposeExactly(leaf(a)), dLow));
      },
    };
  };

  return {
    leaf,
    linear,
    trainedProduct,
    turnedProduct: (name, dy) => ops.matmul(turnTrained(leaf(name)), dy),
    frozenTurnedProduct: (name, dy) => ops.matmul(turnFrozen(name), dy),
    factor,
    weightGradient,
  };
}

/** Into how many tiles a transposition is cut; only embedding and head are wide enough to gain by it. */
function tilesOf({ shape: [, rows] }: Tensor): number {
  if (rows < 8192) return 1;
  for (let tile = 512; tile >= 128; tile--) if (rows % tile === 0) return rows / tile;
  return 1;
}
