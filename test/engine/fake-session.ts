/**
 * A training session without a model: every trained number is pulled towards a target that the blocks' ids choose,
 * and the loss is the mean squared distance. Deterministic to the bit, in float64 but for the arrays, and
 * written apart from any engine: AdamW as in its paper (Loshchilov & Hutter 2019, algorithm 2).
 */
import { initialValues } from "../../src/engine/initial-values.js";
import type { FlatArray, OpenSession, SessionJob, TrainingSession } from "../../src/engine/session.js";
import type { Block } from "../../src/engine/training-set.js";

export type Operation = "computeGradients" | "gradientNorm" | "update" | "evaluate" | "read" | "write";

export interface FakeOptions {
  /** Changes the loss of a step; its gradients grow in the same proportion. */
  loss?: (step: number, loss: number) => number;
  /** Called before each operation; may throw. */
  onOperation?: (operation: Operation, session: TrainingSession) => void;
  /** Changes what `evaluate` gives for a block; `evaluation` counts its calls. */
  evaluated?: (nats: number, evaluation: number) => number;
  peakFlops?: number;
}

export function fakeSession(fake: FakeOptions = {}): OpenSession {
  return async ({ checkpoint, layout, options }: SessionJob) => {
    const { size } = layout;
    const arrays: Record<FlatArray, Float32Array> = {
      values: new Float32Array(size),
      gradients: new Float32Array(size),
      first_moments: new Float32Array(size),
      second_moments: new Float32Array(size),
    };
    const { values, gradients, first_moments: m, second_moments: v } = arrays;
    for (const [offset, piece] of initialValues(layout, checkpoint, options.seed)) values.set(piece, offset);
    let evaluations = 0;
    const distance = (block: Block, visit: (i: number, difference: number) => void): void => {
      const pull = block.inputs.reduce((sum, id, i) => sum + id * (i + 1), 0) % 97;
      for (let i = 0; i < size; i++) visit(i, values[i]! - Math.sin(pull / 30 + i));
    };
    const began = (operation: Operation): void => fake.onOperation?.(operation, session);
    const session: TrainingSession = {
      device: "fake",
      layout,
      async computeGradients(blocks, step) {
        began("computeGradients");
        gradients.fill(0);
        let loss = 0;
        for (const block of blocks) {
          distance(block, (i, difference) => {
            loss += difference ** 2 / size / blocks.length;
            gradients[i] = gradients[i]! + (2 * difference) / size / blocks.length;
          });
        }
        const changed = fake.loss?.(step, loss) ?? loss;
        for (let i = 0; i < size; i++) gradients[i] = (gradients[i]! * changed) / loss;
        return {
          loss: changed,
          tokens: blocks.reduce((sum, { weights }) => sum + weights.filter((w) => w > 0).length, 0),
        };
      },
      async gradientNorm() {
        began("gradientNorm");
        return Math.sqrt(gradients.reduce((sum, g) => sum + g * g, 0));
      },
      async update(update, learningRate, norm) {
        began("update");
        const { beta1, beta2, epsilon, weight_decay, clip_norm } = options;
        const clip = clip_norm > 0 && norm > clip_norm ? clip_norm / norm : 1;
        for (const { offset, shape, decay } of layout.parameters) {
          const end = offset + shape.reduce((product, length) => product * length, 1);
          for (let i = offset; i < end; i++) {
            const g = gradients[i]! * clip;
            m[i] = beta1 * m[i]! + (1 - beta1) * g;
            v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
            const step = m[i]! / (1 - beta1 ** update) / (Math.sqrt(v[i]! / (1 - beta2 ** update)) + epsilon);
            values[i] = values[i]! - learningRate * (step + (decay ? weight_decay : 0) * values[i]!);
          }
        }
      },
      async evaluate(blocks) {
        began("evaluate");
        evaluations++;
        return blocks.map((block) => {
          let mean = 0;
          distance(block, (_, difference) => {
            mean += difference ** 2 / size;
          });
          const nats = mean * block.weights.reduce((sum, weight) => sum + weight, 0);
          return fake.evaluated?.(nats, evaluations) ?? nats;
        });
      },
      read(array, offset, into) {
        began("read");
        into.set(arrays[array].subarray(offset, offset + into.length));
      },
      write(array, offset, from) {
        began("write");
        arrays[array].set(from, offset);
      },
      ...(fake.peakFlops !== undefined && { peakFlops: async () => fake.peakFlops! }),
      close() {},
    };
    return session;
  };
}
