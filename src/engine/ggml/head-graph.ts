/**
 * LM head and loss, over pieces of the tokens, so that only one piece's logits [V, n] are in memory.
 * No one-hot labels: the softmax p stays, p of each target is read out for the loss, and p − 1 written
 * back in its place makes p the logits' gradient (times the loss weight, which is applied on the
 * narrow side, to [d, n]).
 */

import type { Inputs } from "./inputs.js";
import type { Linears } from "./linear.js";
import type { GradientSink } from "./llama-graph.js";
import type { Ops, Tensor } from "./tensor.js";

export interface HeadContext {
  ops: Ops;
  want: (tensor: Tensor) => void;
  linears: Linears;
  inputs: Inputs;
  /** Name of the head's tensor; the embedding's where they are tied. */
  name: string;
  vocabulary: number;
  /** Logits of one piece take at most so many numbers. */
  maximumLogits?: number;
}

/** 512 MB. Also keeps ggml's 32-bit sizes from overflowing. */
const defaultMaximumLogits = 1 << 27;

/** Writes the probability of every target to `inputs.probabilities`. `hidden` [d, N]. */
export function headForward(context: HeadContext, hidden: Tensor): void {
  for (const piece of pieces(context, hidden)) softmaxOfPiece(context, piece);
}

/** The same; hands the head's gradient to `sink` and returns that of the hidden states [d, N]. */
export function headBackward(context: HeadContext, hidden: Tensor, sink: GradientSink): Tensor {
  const { ops, want, linears, name } = context;
  let dHidden: Tensor | null = null;
  for (const piece of pieces(context, hidden)) {
    const { probabilities, ofTargets } = softmaxOfPiece(context, piece);
    const [, vocabulary, count] = probabilities.shape;
    const dLogits = ops.reshape(ops.setRows(probabilities, ops.shift(ofTargets, -1), piece.targets), vocabulary, count);
    sink(name, () => linears.weightGradient(ops.mul(piece.hidden, piece.weights), dLogits));
    const part = ops.mul(linears.backward(name, dLogits), piece.weights);
    dHidden = dHidden === null ? part : ops.concatColumns(dHidden, part);
    want(dHidden);
  }
  return dHidden!;
}

/** Into how many pieces the head's tokens are cut. */
export function countPieces(vocabulary: number, tokens: number, maximumLogits = defaultMaximumLogits): number {
  return Math.ceil(tokens / tokensInPiece(vocabulary, maximumLogits));
}

function tokensInPiece(vocabulary: number, maximumLogits: number): number {
  return Math.max(1, Math.floor(maximumLogits / vocabulary));
}

interface Piece {
  hidden: Tensor;
  targets: Tensor;
  weights: Tensor;
  /** Where the targets' probabilities go. */
  results: Tensor;
}

function* pieces(context: HeadContext, hidden: Tensor): Generator<Piece> {
  const { ops, inputs, vocabulary, maximumLogits = defaultMaximumLogits } = context;
  const tokens = hidden.shape[1];
  const most = tokensInPiece(vocabulary, maximumLogits);
  for (let first = 0; first < tokens; first += most) {
    const count = Math.min(most, tokens - first);
    const cut = (tensor: Tensor): Tensor => (count === tokens ? tensor : ops.columns(tensor, first, count));
    yield {
      hidden: cut(hidden),
      targets: cut(inputs.targets),
      weights: cut(inputs.weights),
      results: ops.slice(inputs.probabilities, first, count),
    };
  }
}

/** p as [1, V, n] and that of the targets, [1, 1, n]. */
function softmaxOfPiece({ ops, want, linears, name }: HeadContext, { hidden, targets, results }: Piece) {
  const logits = linears.forward(name, hidden);
  const probabilities = ops.reshape(ops.softmaxInPlace(logits), 1, logits.shape[0], logits.shape[1]);
  const ofTargets = ops.rows(probabilities, targets);
  want(ops.copy(ofTargets, results));
  return { probabilities, ofTargets };
}
