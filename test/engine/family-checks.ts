/**
 * What every engine has to compute for every family of architectures: losses of single tokens against the
 * float64 forward pass of reference-forward.ts (which is held to PyTorch and llama.cpp), gradients against
 * its central differences.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { type TrainingOptions, targetModules } from "../../src/engine/engine.js";
import { neutralOptions } from "../../src/engine/neutral-options.js";
import {
  adapterName,
  isAdapter,
  nothingTrained,
  numbersIn,
  type Parameter,
  parameterLayout,
} from "../../src/engine/parameter-layout.js";
import type { OpenSession, PieceSizes, TrainingSession } from "../../src/engine/session.js";
import type { Block } from "../../src/engine/training-set.js";
import { type Checkpoint, openCheckpoint } from "../../src/model/checkpoint.js";
import { createRandom } from "../../src/random.js";
import { familyVariants, writeFamilyModel } from "../model/family-configs.js";
import { readWeights, referenceLogits } from "../model/reference-forward.js";
import { randomBlocks } from "./minute-model.js";

const length = 12;
const blocks = randomBlocks(2, length, 300);

function open(
  openSession: OpenSession,
  checkpoint: Checkpoint,
  changes: Partial<TrainingOptions> | null,
  sizes?: PieceSizes,
): Promise<TrainingSession> {
  const options = { ...neutralOptions, blocks_per_step: 2, micro_batch: 2, ...changes };
  const rows = [{ first: 0, end: checkpoint.config.vocab_size }];
  const layout = changes === null ? nothingTrained : parameterLayout(checkpoint.config, options, rows);
  const compute = { device: "cpu", threads: 1 } as const;
  return openSession({ checkpoint, layout, options, compute, blockLength: length, sizes });
}

type Weights = Map<string, Float32Array>;

/** Σ w·nll / Σ w in float64. */
function referenceLoss(checkpoint: Checkpoint, weights: Weights): number {
  let sum = 0;
  let total = 0;
  for (const block of blocks) {
    const logits = referenceLogits(checkpoint.config, weights, [...block.inputs], [...block.segments]);
    for (const [i, row] of logits.entries()) {
      if (block.weights[i] === 0) continue;
      sum += block.weights[i]! * -logProbability(row, block.targets[i]!);
      total += block.weights[i]!;
    }
  }
  return sum / total;
}

function logProbability(logits: number[], id: number): number {
  const most = Math.max(...logits);
  return logits[id]! - most - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
}

/** Blocks that differ only in which one token is predicted where. */
function singleTokens(block: Block): Block[] {
  const random = createRandom(9);
  return Array.from({ length: 40 }, (_, n) => {
    const weights = new Float32Array(length);
    weights[n % length] = 1;
    return { ...block, weights, targets: block.targets.map(() => random.below(300)) };
  });
}

const values = (session: TrainingSession, array: "values" | "gradients", { offset, shape }: Parameter) => {
  const numbers = new Float32Array(numbersIn(shape));
  session.read(array, offset, numbers);
  return numbers;
};

/** The slope of the loss along a random direction of one parameter, as computed and as differences have it. */
function compareSlopes(
  session: TrainingSession,
  parameters: readonly Parameter[],
  lossWith: (name: string, numbers: Float32Array) => number,
): void {
  for (const [i, parameter] of parameters.entries()) {
    const random = createRandom(100 + i);
    const direction = Float32Array.from({ length: numbersIn(parameter.shape) }, () => random.normal());
    const gradient = values(session, "gradients", parameter);
    const slope = gradient.reduce((sum, g, j) => sum + g * direction[j]!, 0);
    const start = values(session, "values", parameter);
    const step = 1e-3 / Math.sqrt(direction.length);
    const [up, down] = [1, -1].map((sign) => {
      const moved = start.map((value, j) => value + sign * step * direction[j]!);
      // Rounded to float32 where they are stored: what matters is how far they really are apart.
      return { loss: lossWith(parameter.name, moved), moved };
    });
    const apart = up!.moved.reduce((sum, value, j) => sum + gradient[j]! * (value - down!.moved[j]!), 0);
    const difference = up!.loss - down!.loss;
    const scale = Math.abs(apart) + 2 * step * Math.hypot(...gradient);
    assert.ok(
      Math.abs(difference - apart) < 2e-3 * scale,
      `${parameter.name}: slope ${slope}, ${difference} and not ${apart}`,
    );
  }
}

/** `work`: a folder for the models. */
export function checkFamilies(engine: string, openSession: OpenSession, work: string): void {
  for (const variant of familyVariants) {
    describe(`${variant} in engine ${engine}`, () => {
      const folder = path.join(work, variant.replaceAll(/\W+/g, "-"));
      writeFamilyModel(folder, variant);

      it("gives every token the probability of the reference", async () => {
        const checkpoint = openCheckpoint(folder);
        const weights = readWeights(checkpoint);
        const session = await open(openSession, checkpoint, null);
        for (const block of blocks) {
          const logits = referenceLogits(checkpoint.config, weights, [...block.inputs], [...block.segments]);
          const single = singleTokens(block);
          const losses = await session.evaluate(single);
          for (const [n, { targets }] of single.entries()) {
            const at = n % length;
            const expected = -logProbability(logits[at]!, targets[at]!);
            assert.ok(Math.abs(losses[n]! - expected) < 1e-4, `position ${at}: ${losses[n]}, not ${expected}`);
          }
        }
        session.close();
        checkpoint.close();
      });

      it("has its gradients, blocks kept whole or computed twice in pieces", async () => {
        const checkpoint = openCheckpoint(folder);
        const weights = readWeights(checkpoint);
        const pieces = { maximumScores: length * length, maximumLogits: 5 * 300 };
        for (const [checkpointing, sizes] of [
          [false, undefined],
          [true, pieces],
        ] as const) {
          const session = await open(
            openSession,
            checkpoint,
            { trainable: "full", activation_checkpointing: checkpointing },
            sizes,
          );
          const { loss } = await session.computeGradients(blocks, 1);
          assert.ok(Math.abs(loss - referenceLoss(checkpoint, weights)) < 1e-5);
          compareSlopes(session, session.layout.parameters, (name, numbers) =>
            referenceLoss(checkpoint, new Map(weights).set(name, numbers)),
          );
          session.close();
        }
        checkpoint.close();
      });

      it("has those of adapters", async () => {
        const checkpoint = openCheckpoint(folder);
        const weights = readWeights(checkpoint);
        const lora = { rank: 3, alpha: 6, dropout: 0, target_modules: targetModules, adapter: false };
        const session = await open(openSession, checkpoint, { trainable: "lora", tables: [], lora });
        const adapters = session.layout.parameters;
        assert.equal(adapters.length, 2 * 7 * checkpoint.config.num_hidden_layers);
        const random = createRandom(3);
        const numbers = new Map<string, Float32Array>();
        for (const parameter of adapters) {
          assert.ok(isAdapter(parameter.name));
          const drawn = Float32Array.from({ length: numbersIn(parameter.shape) }, () => 0.2 * random.normal());
          session.write("values", parameter.offset, drawn);
          numbers.set(parameter.name, drawn);
        }
        const lossWith = (changed: string, moved: Float32Array): number => {
          const all = new Map(numbers).set(changed, moved);
          const merged = new Map(weights);
          for (const [name, weight] of weights) {
            const [a, b] = [all.get(adapterName(name, "A")), all.get(adapterName(name, "B"))];
            if (a === undefined || b === undefined || name.endsWith("bias")) continue;
            merged.set(name, added(weight, a, b, lora));
          }
          return referenceLoss(checkpoint, merged);
        };
        const { loss } = await session.computeGradients(blocks, 1);
        const [first] = adapters;
        assert.ok(Math.abs(loss - lossWith(first!.name, numbers.get(first!.name)!)) < 1e-4);
        compareSlopes(session, adapters, lossWith);
        session.close();
        checkpoint.close();
      });
    });
  }
}

/** W + alpha / rank · B A */
function added(
  weight: Float32Array,
  a: Float32Array,
  b: Float32Array,
  { rank, alpha }: { rank: number; alpha: number },
): Float32Array {
  const width = a.length / rank;
  return weight.map((value, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += b[row * rank + r]! * a[r * width + column]!;
    return value + (alpha / rank) * sum;
  });
}
