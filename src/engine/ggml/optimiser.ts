/** Gradient norm, clipping and AdamW (Loshchilov & Hutter 2019) over the parameters' flat arrays. */
import type { TrainingOptions } from "../engine.js";
import { parameterAlignment } from "../parameter-layout.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { buildGraph, type Graph } from "./graph.js";
import { allocate, downloadAll, placeInside, upload } from "./memory.js";
import type { HostArray, Parameters, Stretch } from "./parameters.js";
import type { Ops, Tensor } from "./tensor.js";

export interface Optimiser {
  /** Global L2 norm of the gradients. */
  gradientNorm(): Promise<number>;
  /** One update; `step` from 1, `norm` as `gradientNorm` gave it. */
  update(step: number, learningRate: number, norm: number): Promise<void>;
}

type Hyperparameters = Pick<TrainingOptions, "beta1" | "beta2" | "epsilon" | "weight_decay" | "clip_norm">;

export function createOptimiser(backend: Backend, parameters: Parameters, options: Hyperparameters): Optimiser {
  const { stretches, arrays } = parameters;
  const widest = Math.max(...stretches.map((stretch) => stretch.shape[0]));
  const memory = allocate(backend, "inputs", 4, (ops) => ({
    decayed: ops.tensor(ggmlType.F32, 7),
    plain: ops.tensor(ggmlType.F32, 7),
    // The same number many times over: multiplying rows by a row is what devices do fast.
    clip: ops.tensor(ggmlType.F32, widest),
    squares: ops.tensor(
      ggmlType.F32,
      stretches.reduce((sum, stretch) => sum + squaresOf(stretch).room, 0),
    ),
  }));
  const inside = (ops: Ops, host: HostArray, offset: number, ...shape: number[]): Tensor =>
    placeInside(backend, ops.tensor(ggmlType.F32, ...shape), host.tensor, host.buffer, offset);
  const part = (ops: Ops, { offset, shape }: Stretch, host: HostArray): Tensor => inside(ops, host, offset, ...shape);

  // Products of short vectors with themselves: all threads take part, and nothing is written but the sums.
  const normGraph = buildGraph(backend, 16 + 8 * stretches.length, (ops, want) => {
    let place = 0;
    for (const stretch of stretches) {
      const { whole, rest, room } = squaresOf(stretch);
      const dot = (offset: number, length: number, count: number, at: number): void => {
        if (length === 0 || count === 0) return;
        const vectors = inside(ops, arrays.gradients, stretch.offset + offset, length, 1, count);
        want(placeInside(backend, ops.matmul(vectors, vectors), memory.squares, memory.buffer, at));
      };
      dot(0, vectorLength, whole, place);
      dot(whole * vectorLength, rest, 1, place + room - parameterAlignment);
      place += room;
    }
  });
  const updateGraph = (clipping: boolean): Graph =>
    buildGraph(backend, 16 + 16 * stretches.length, (ops, want) => {
      for (const stretch of stretches) {
        const values = part(ops, stretch, arrays.values);
        backend.ggml.ggml_set_param(values.at);
        let gradient = part(ops, stretch, arrays.gradients);
        if (clipping) gradient = ops.mulInPlace(gradient, ops.slice(memory.clip, 0, stretch.shape[0]));
        const first = part(ops, stretch, arrays.first_moments);
        const second = part(ops, stretch, arrays.second_moments);
        want(ops.adamw(values, gradient, first, second, stretch.decay ? memory.decayed : memory.plain));
      }
    });
  const unclipped = updateGraph(false);
  const clipped = options.clip_norm > 0 ? updateGraph(true) : unclipped;

  return {
    async gradientNorm() {
      await normGraph.compute();
      return Math.sqrt(downloadAll(backend, memory.squares).reduce((sum, square) => sum + square, 0));
    },
    async update(step, learningRate, norm) {
      const { beta1, beta2, epsilon, weight_decay, clip_norm } = options;
      const shared = [learningRate, beta1, beta2, epsilon];
      const corrections = [1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
      upload(backend, memory.decayed, Float32Array.of(...shared, weight_decay, ...corrections));
      upload(backend, memory.plain, Float32Array.of(...shared, 0, ...corrections));
      const clips = clip_norm > 0 && norm > clip_norm;
      if (clips) upload(backend, memory.clip, new Float32Array(widest).fill(clip_norm / norm));
      await (clips ? clipped : unclipped).compute();
    },
  };
}

const vectorLength = 1 << 14;

/** How many vectors a stretch has, how long what is left is, and room for all their squares at aligned places. */
function squaresOf({ shape: [width, count] }: Stretch): { whole: number; rest: number; room: number } {
  const whole = Math.floor((width * count) / vectorLength);
  const rest = width * count - whole * vectorLength;
  return { whole, rest, room: (Math.ceil(whole / parameterAlignment) + 1) * parameterAlignment };
}
