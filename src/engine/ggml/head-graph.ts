/**
 * LM head and loss, over pieces of the tokens, so that only one piece's logits [V, n] are in memory.
 * No one-hot labels: the softmax p stays, p of each target is read out for the loss, and p − 1 written
 * back in its place makes p the logits' gradient (times the loss weight, which is applied on the
 * narrow side, to [d, n]).
 */

import type { GradientSink } from "./gradient-sink.js";
import type { Inputs } from "./inputs.js";
import type { Linears } from "./linear.js";
import { logits, splitLogits } from "./tables.js";
import type { Ops, Tensor } from "./tensor.js";
import type { TableWeights } from "./weights.js";

export interface HeadContext {
  ops: Ops;
  want: (tensor: Tensor) => void;
  linears: Linears;
  inputs: Inputs;
  table: TableWeights;
  /** Logits of one piece take at most so many numbers. */
  maximumLogits: number;
}

/** 512 MB. Also keeps ggml's 32-bit sizes from overflowing. */
const mostLogits = 1 << 27;

/**
 * On a GPU, large pieces: small products leave it idle. On a CPU pieces of 256 tokens or 32 MB, beyond which products
 * are no faster; but the whole where it is little more, since several pieces need a trained table's rounded copy and its
 * transpose at the same time.
 */
export function defaultMaximumLogits(isCpu: boolean, vocabulary: number, width: number, tokens: number): number {
  if (!isCpu) return mostLogits;
  const small = Math.max(256, (1 << 23) / vocabulary);
  return Math.min(mostLogits, vocabulary * (tokens <= small + width / 6 ? tokens : small));
}

/** Writes the probability of every target to `inputs.probabilities`. `hidden` [d, N]. */
export function headForward(context: HeadContext, hidden: Tensor): void {
  for (const piece of pieces(context, hidden)) softmaxOfPiece(context, piece);
}

/** The same; hands the head's gradient to `sink` and returns that of the hidden states [d, N], or null where nobody wants it. */
export function headBackward(context: HeadContext, hidden: Tensor, sink: GradientSink, wanted: boolean): Tensor | null {
  const { ops, want, linears, table } = context;
  const parts: Tensor[] = [];
  for (const piece of pieces(context, hidden)) {
    const { probabilities, ofTargets } = softmaxOfPiece(context, piece);
    const [, vocabulary, count] = probabilities.shape;
    const dLogits = ops.reshape(ops.setRows(probabilities, ops.shift(ofTargets, -1), piece.targets), vocabulary, count);
    const { frozen, trained } = splitLogits(ops, table, dLogits);
    if (trained !== null) {
      sink(table.name, () => linears.weightGradient(ops.mul(piece.hidden, piece.weights), trained));
    }
    if (!wanted) continue;
    const through = [
      ...(trained === null ? [] : [linears.turnedProduct(table.name, trained)]),
      ...(frozen === null ? [] : [linears.frozenTurnedProduct(table.name, frozen)]),
    ];
    const part = ops.mul(
      through.reduce((sum, one) => ops.add(sum, one)),
      piece.weights,
    );
    want(part);
    parts.push(part);
  }
  return wanted ? ops.concatAll(parts, 1) : null;
}

/** Into how many pieces the head's tokens are cut. */
export function countPieces(vocabulary: number, tokens: number, maximumLogits: number): number {
  return Math.ceil(tokens / tokensInPiece(vocabulary, maximumLogits));
}

/** The table's gradient sums over a piece's tokens; ggml's fast products on a CPU want sums of whole vectors. */
const vectorNumbers = 32;

function tokensInPiece(vocabulary: number, maximumLogits: number): number {
  const most = Math.max(1, Math.floor(maximumLogits / vocabulary));
  return most < vectorNumbers ? most : most - (most % vectorNumbers);
}

interface Piece {
  hidden: Tensor;
  targets: Tensor;
  weights: Tensor;
  /** Where the targets' probabilities go. */
  results: Tensor;
}

function* pieces(context: HeadContext, hidden: Tensor): Generator<Piece> {
  const { ops, inputs, table, maximumLogits } = context;
  const tokens = hidden.shape[1];
  const most = tokensInPiece(table.places.length, maximumLogits);
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
function softmaxOfPiece({ ops, want, linears, table }: HeadContext, { hidden, targets, results }: Piece) {
  const raw = logits(ops, linears, table, hidden);
  const probabilities = ops.reshape(ops.softmaxInPlace(raw), 1, raw.shape[0], raw.shape[1]);
  const ofTargets = ops.rows(probabilities, targets);
  want(ops.copy(ofTargets, results));
  return { probabilities, ofTargets };
}
