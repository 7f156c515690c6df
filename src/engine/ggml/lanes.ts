/**
 * A micro-batch computed in lanes: with a small model the threads of one graph wait for one another at every operation
 * more than they compute (measured: two threads no faster than one on 4 × 96 tokens of the tiny base), so
 * each lane takes some of the blocks through a graph of its own, on a thread of its own, and the gradients are added up.
 * A large model, or a GPU, has one lane with everything.
 */
import type { ModelConfig } from "../../model/config.js";
import type { Precision } from "../engine.js";
import type { Block } from "../training-set.js";
import { type Backend, openBackend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { buildGraph } from "./graph.js";
import { createInputs, type Inputs } from "./inputs.js";
import { createLossReader, type LossReader } from "./loss-reader.js";
import { fillZero, placeInside } from "./memory.js";
import { type Parameters, withOwnGradients } from "./parameters.js";
import { buildPass, type PassKind } from "./pass.js";
import type { Weights } from "./weights.js";

/** Up to so many trained numbers: beyond, a gradient array for each lane costs more than the waiting. */
const smallModel = 16e6;

export interface Lanes {
  /** Forgets the gradients of the step before; only needed where micro-batches add up. */
  clear(): void;
  /** Σ weight · nll of each block, nats. The lanes keep the gradients. `weightSum` is the whole step's. */
  run(blocks: readonly Block[], weightSum: number): Promise<number[]>;
  /** Adds the gradients of all lanes up, in the parameters' own array. */
  collect(): Promise<void>;
}

interface Lane {
  inputs: Inputs;
  losses: LossReader;
  parameters: Parameters;
  compute(): Promise<void>;
}

export interface LaneOptions {
  microBatch: number;
  blockLength: number;
  kind: PassKind;
  precision: Precision;
  maximumLogits?: number | undefined;
}

export function openLanes(backend: Backend, config: ModelConfig, weights: Weights, options: LaneOptions): Lanes {
  const { microBatch, blockLength, kind, precision, maximumLogits } = options;
  const count = countLanes(backend, weights, microBatch);
  const perLane = Math.ceil(microBatch / count);
  const lanes = Array.from({ length: count }, (_, i): Lane => {
    const own = count === 1 ? backend : openBackend("cpu", Math.floor(backend.threads / count));
    const parameters = i === 0 ? weights.parameters! : withOwnGradients(own, weights.parameters!);
    const laneWeights = { ...weights, parameters };
    const inputs = createInputs(own, { blocks: perLane, length: blockLength, width: config.hidden_size });
    const pass = buildPass(own, config, laneWeights, inputs, { kind, precision, maximumLogits });
    const losses = createLossReader(own, config, laneWeights, inputs, precision === "bf16");
    return { inputs, losses, parameters, compute: pass.compute };
  });
  const sum = count === 1 ? undefined : sumGraph(backend, lanes);
  return {
    clear() {
      for (const { parameters } of lanes) fillZero(backend, parameters.gradients);
    },
    async run(blocks, weightSum) {
      const parts = lanes.map((_, i) => blocks.slice(i * perLane, (i + 1) * perLane));
      for (const [i, { inputs }] of lanes.entries()) inputs.fill(parts[i]!, weightSum);
      await Promise.all(lanes.map((lane) => lane.compute()));
      const sums: number[] = [];
      for (const [i, { losses }] of lanes.entries()) sums.push(...(await losses.read(parts[i]!)));
      return sums;
    },
    async collect() {
      await sum?.compute();
    },
  };
}

function countLanes({ threads }: Backend, { parameters }: Weights, microBatch: number): number {
  return threads > 1 && parameters!.size <= smallModel ? Math.min(threads, microBatch) : 1;
}

/** The first lane's gradients are the parameters' own. */
function sumGraph(backend: Backend, [first, ...others]: Lane[]) {
  const { size } = first!.parameters;
  return buildGraph(backend, 8 * others.length + 8, (ops, want) => {
    const flat = ({ parameters }: Lane) =>
      placeInside(backend, ops.tensor(ggmlType.F32, size), parameters.gradients, parameters.buffer);
    for (const lane of others) want(ops.addInPlace(flat(first!), flat(lane)));
  });
}
