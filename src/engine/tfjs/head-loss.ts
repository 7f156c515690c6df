/**
 * LM head and cross-entropy over the tokens piece by piece, so that the logits never stand whole. The
 * gradient, (probability − target) · weight, is computed with the loss, while a piece's probabilities are there.
 */
import * as tf from "@tensorflow/tfjs-core";

export interface Targets {
  /** int32[N] */
  ids: Int32Array;
  /** float32[N] */
  weights: Float32Array;
}

/** Numbers in the logits of one piece. */
const pieceNumbers = 1 << 25;

/**
 * Σ weight · nll, nats, differentiable by `hidden` [N, width] and, where it is trained, by `table` [V, width].
 * `maximumLogits`: numbers in the logits of a piece.
 */
export function headLoss(
  hidden: tf.Tensor2D,
  table: tf.Tensor2D,
  targets: Targets,
  { trainsTable, maximumLogits = pieceNumbers }: { trainsTable: boolean; maximumLogits?: number | undefined },
): tf.Scalar {
  const loss = tf.customGrad((...inputs) => {
    const save = inputs.at(-1) as tf.GradSaveFunc;
    const { sum, byHidden, byTable } = lossAndGradients(hidden, table, targets, trainsTable, maximumLogits);
    save(byTable === null ? [byHidden] : [byHidden, byTable]);
    return { value: sum, gradFunc: (dy: tf.Scalar, saved: tf.Tensor[]) => saved.map((by) => tf.mul(by, dy)) };
  });
  return trainsTable ? loss(hidden, table) : loss(hidden);
}

/** The nll of each target, nats, [N]. */
export function targetLosses(
  hidden: tf.Tensor2D,
  table: tf.Tensor2D,
  ids: Int32Array,
  maximumLogits: number = pieceNumbers,
): Float32Array {
  const losses = new Float32Array(ids.length);
  for (const [at, end] of pieces(ids.length, table, maximumLogits)) {
    const nll = tf.tidy(() => predict(rowsOf(hidden, at, end), table, ids.subarray(at, end)).nll);
    losses.set(nll.dataSync(), at);
    nll.dispose();
  }
  return losses;
}

function lossAndGradients(
  hidden: tf.Tensor2D,
  table: tf.Tensor2D,
  { ids, weights }: Targets,
  trainsTable: boolean,
  maximumLogits: number,
): { sum: tf.Scalar; byHidden: tf.Tensor; byTable: tf.Tensor | null } {
  const sums: tf.Tensor[] = [];
  const byHidden: tf.Tensor[] = [];
  let byTable: tf.Tensor | null = null;
  for (const [at, end] of pieces(ids.length, table, maximumLogits)) {
    const before: tf.Tensor | null = byTable;
    const results: tf.Tensor[] = tf.tidy(() => {
      const states = rowsOf(hidden, at, end);
      const some = ids.subarray(at, end);
      const { probabilities, nll } = tf.tidy(() => predict(states, table, some));
      const share = tf.tensor1d(weights.slice(at, end));
      const errors = tf.tidy(() => {
        const differences = tf.sub(probabilities, oneHot(some, table.shape[0]));
        probabilities.dispose();
        return tf.mul(differences, tf.reshape(share, [-1, 1])) as tf.Tensor2D;
      });
      const both = [tf.sum(tf.mul(nll, share)), tf.matMul(errors, table)];
      if (!trainsTable) return both;
      const ofTable = tf.matMul(errors, states, true, false);
      return [...both, before === null ? ofTable : tf.add(before, ofTable)];
    });
    before?.dispose();
    sums.push(results[0]!);
    byHidden.push(results[1]!);
    byTable = results[2] ?? null;
  }
  return { sum: tf.addN(sums) as tf.Scalar, byHidden: tf.concat(byHidden), byTable };
}

/** `states` [n, width]. The sum of the exponentials comes from the highest probability, which no row is too long to hold. */
function predict(
  states: tf.Tensor2D,
  table: tf.Tensor2D,
  ids: Int32Array,
): { probabilities: tf.Tensor; nll: tf.Tensor } {
  const logits = tf.matMul(states, table, false, true);
  const probabilities = tf.softmax(logits);
  const logSum = tf.sub(tf.max(logits, -1), tf.log(tf.max(probabilities, -1)));
  const places = tf.tensor1d(
    ids.map((id, i) => i * table.shape[0] + id),
    "int32",
  );
  return { probabilities, nll: tf.sub(logSum, tf.gather(tf.reshape(logits, [-1]), places)) };
}

/** [n, V] of 0 and 1; tf.oneHot of the WASM backend cannot write float32. */
function oneHot(ids: Int32Array, rows: number): tf.Tensor {
  const places = new Int32Array(2 * ids.length);
  for (const [i, id] of ids.entries()) places.set([i, id], 2 * i);
  const shape: [number, number] = [ids.length, 2];
  return tf.scatterND(tf.tensor2d(places, shape, "int32"), tf.ones([ids.length]), [ids.length, rows]);
}

function rowsOf(matrix: tf.Tensor2D, at: number, end: number): tf.Tensor2D {
  return tf.slice(matrix, [at, 0], [end - at, matrix.shape[1]]);
}

function* pieces(tokens: number, table: tf.Tensor2D, maximumLogits: number): Generator<[at: number, end: number]> {
  const most = Math.max(1, Math.floor(maximumLogits / table.shape[0]));
  for (let at = 0; at < tokens; at += most) yield [at, Math.min(tokens, at + most)];
}
