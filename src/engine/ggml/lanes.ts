/**
 * A micro-batch computed in lanes: with a small model the threads of one graph wait for one another at every operation
 * more than they compute (measured: two threads no faster than one on 4 × 96 tokens of the tiny base), so
 * each lane takes some of the blocks through a graph of its own, on a thread of its own, and the gradients are added up.
 * A large model, or a GPU, has one lane with everything.
 */
import type { ModelConfig } from "../../model/config.js";
import { embeddingName } from "../../model/tensor-names.js";
import { isAdapter, numbersIn } from "../parameter-layout.js";
import type { Block } from "../training-set.js";
import { type AdapterDropout, createAdapterDropout } from "./adapter-dropout.js";
import { type Backend, openBackend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { buildGraph } from "./graph.js";
import { createInputs, type Inputs } from "./inputs.js";
import { createLossReader, type LossReader } from "./loss-reader.js";
import { fillZero, placeInside } from "./memory.js";
import { type Parameters, withOwnGradients } from "./parameters.js";
import { buildPass, type PassOptions } from "./pass.js";
import type { Weights } from "./weights.js";

/** Up to so many trained numbers: beyond, a gradient array for each lane costs more than the waiting. */
const smallModel = 16e6;

export interface Lanes {
  /** Forgets the gradients of the step before. */
  clear(): void;
  /** Σ weight · nll of each block, nats. The lanes keep the gradients. `weightSum` is the whole step's. */
  run(blocks: readonly Block[], weightSum: number): Promise<number[]>;
  /** Masks of the adapters' dropout for the next micro-batch. */
  draw(step: number, microBatch: number): void;
  /** Adds the gradients of all lanes up, in the parameters' own array. */
  collect(): Promise<void>;
}

interface Lane {
  own: Backend;
  inputs: Inputs;
  losses: LossReader;
  parameters: Parameters;
  dropout: AdapterDropout | null;
  compute(): Promise<void>;
}

export interface LaneOptions extends Omit<PassOptions, "dropout"> {
  microBatch: number;
  blockLength: number;
  /** Share that is dropped of the adapters' inputs, and the seed of it. */
  adapterDropout: { dropout: number; seed: number };
}

export function openLanes(backend: Backend, config: ModelConfig, weights: Weights, options: LaneOptions): Lanes {
  const { microBatch, blockLength, adapterDropout } = options;
  const main = weights.parameters!;
  const count = countLanes(backend, main, options);
  const perLane = Math.ceil(microBatch / count);
  const lanes = Array.from({ length: count }, (_, i): Lane => {
    const own =
      count === 1 ? backend : { ...openBackend("cpu", Math.floor(backend.threads / count)), ...shared(backend) };
    const parameters = i === 0 ? main : withOwnGradients(own, main);
    const laneWeights = { ...weights, parameters };
    const shape = { blocks: perLane, length: blockLength, width: config.hidden_size };
    const inputs = createInputs(own, shape, weights.tables, config.sliding_windows);
    const dropout = createAdapterDropout(own, main.layout, { ...adapterDropout, tokens: perLane * blockLength });
    const pass = buildPass(own, config, laneWeights, inputs, { ...options, dropout });
    const losses = createLossReader(own, laneWeights, inputs, options.precision !== "f32");
    return { own, inputs, losses, parameters, dropout, compute: pass.compute };
  });
  const sum = count === 1 ? undefined : sumGraph(backend, lanes);
  return {
    clear: clearing(backend, config, weights, lanes, options),
    draw(step, microBatch) {
      for (const { dropout } of lanes) dropout?.draw(step, microBatch);
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

/** The lanes' memory counts as the device's. */
const shared = ({ memory, planning }: Backend) => ({ memory, planning });

/** Masks are drawn for a micro-batch as a whole, so adapters that drop have one lane. */
function countLanes({ threads }: Backend, { layout }: Parameters, { microBatch, adapterDropout }: LaneOptions): number {
  if (adapterDropout.dropout > 0 && layout.parameters.some(({ name }) => isAdapter(name))) return 1;
  return threads > 1 && layout.size <= smallModel ? Math.min(threads, microBatch) : 1;
}

/** Clears what a pass adds to: everything, or only the rows of the input embedding, which no pass sets as a whole. */
function clearing(
  { isCpu }: Backend,
  config: ModelConfig,
  weights: Weights,
  lanes: readonly Lane[],
  { kind }: LaneOptions,
): () => void {
  const { layout, arrays } = weights.parameters!;
  const clear = ({ own, parameters }: Lane, first: number, numbers: number): void =>
    fillZero(own, parameters.arrays.gradients.tensor, first, numbers);
  const everywhere = (first: number, numbers: number) => (): void => {
    for (const lane of lanes) clear(lane, first, numbers);
  };
  if (kind === "add_gradients") return everywhere(0, arrays.gradients.tensor.shape[0]);
  const input = layout.parameters.find(({ name }) => name === embeddingName);
  if (input === undefined || config.tie_word_embeddings) return () => {};
  // A call a row: on a GPU they take longer than one that clears the table.
  if (!isCpu) return everywhere(input.offset, numbersIn(input.shape));
  const width = config.hidden_size;
  return () => {
    for (const [i, lane] of lanes.entries()) {
      for (const { inputs } of i === 0 ? lanes : [lane]) {
        for (const row of inputs.rowsInUse()) clear(lane, input.offset + row * width, width);
      }
    }
  };
}

/** The first lane's gradients are the parameters' own. */
function sumGraph(backend: Backend, [first, ...others]: Lane[]) {
  const { size } = first!.parameters.layout;
  return buildGraph(backend, 8 * others.length + 8, (ops, want) => {
    const flat = ({ parameters: { arrays } }: Lane) =>
      placeInside(backend, ops.tensor(ggmlType.F32, size), arrays.gradients.tensor, arrays.gradients.buffer);
    for (const lane of others) want(ops.addInPlace(flat(first!), flat(lane)));
  });
}
