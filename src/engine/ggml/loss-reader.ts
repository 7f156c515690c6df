/**
 * Losses from the targets' probabilities. Where float32 has lost a probability (a negative
 * log-likelihood beyond 69), its logits are computed once more and the loss is
 * logsumexp − logit in float64, so that no loss is infinite that should not be.
 */
import type { Block } from "../training-set.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { buildGraph } from "./graph.js";
import type { Inputs } from "./inputs.js";
import { createLinears } from "./linear.js";
import { allocate, download, placeInside, upload } from "./memory.js";
import { logits } from "./tables.js";
import type { Weights } from "./weights.js";

export interface LossReader {
  /** Σ weight · nll of each block of the micro-batch that was just computed, nats. */
  read(blocks: readonly Block[]): Promise<number[]>;
}

const smallest = 1e-30;
/** Positions whose logits are computed again at a time. */
const batch = 32;

export function createLossReader(backend: Backend, weights: Weights, inputs: Inputs, bf16: boolean): LossReader {
  const probabilities = new Float32Array(inputs.blocks * inputs.length);
  let exact: ((positions: number[], targets: number[]) => Promise<number[]>) | undefined;
  return {
    async read(blocks) {
      download(backend, inputs.probabilities, probabilities);
      const lost = new Map<number, number>();
      for (const [b, block] of blocks.entries()) {
        for (let i = 0; i < inputs.length; i++) {
          const at = b * inputs.length + i;
          if (block.weights[i]! > 0 && probabilities[at]! < smallest) lost.set(at, block.targets[i]!);
        }
      }
      const recovered = new Map<number, number>();
      const positions = [...lost.keys()];
      for (let from = 0; from < positions.length; from += batch) {
        exact ??= exactLosses(backend, weights, inputs, bf16);
        const some = positions.slice(from, from + batch);
        const losses = await exact(
          some,
          some.map((at) => lost.get(at)!),
        );
        for (const [i, at] of some.entries()) recovered.set(at, losses[i]!);
      }
      return blocks.map((block, b) => {
        let sum = 0;
        for (let i = 0; i < inputs.length; i++) {
          const at = b * inputs.length + i;
          const weight = block.weights[i]!;
          if (weight > 0) sum += weight * (recovered.get(at) ?? -Math.log(probabilities[at]!));
        }
        return sum;
      });
    },
  };
}

function exactLosses(backend: Backend, weights: Weights, inputs: Inputs, bf16: boolean) {
  const { head } = weights.tables;
  const vocabulary = head.places.length;
  const memory = allocate(backend, "inputs", 3, (ops) => ({
    positions: ops.tensor(ggmlType.I32, batch),
    logits: ops.tensor(ggmlType.F32, vocabulary, batch),
  }));
  const graph = buildGraph(backend, 32, (ops, want) => {
    const linears = createLinears({
      ops,
      weights,
      bf16,
      sink: () => {},
      adapterScale: 1,
      dropout: null,
      roundsOnce: false,
    });
    const recomputed = logits(ops, linears, head, ops.rows(inputs.hidden, memory.positions));
    want(placeInside(backend, recomputed, memory.logits, memory.buffer));
  });
  const row = new Float32Array(vocabulary);
  return async (positions: number[], targets: number[]): Promise<number[]> => {
    upload(
      backend,
      memory.positions,
      Int32Array.from({ length: batch }, (_, i) => positions[i] ?? 0),
    );
    await graph.compute();
    return targets.map((target, i) => {
      download(backend, memory.logits, row, 4 * vocabulary * i);
      return logSumExp(row) - row[head.places[target]!]!;
    });
  };
}

function logSumExp(values: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) if (!(value <= most)) most = value;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}
