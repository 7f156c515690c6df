/** Instruct models that have moved from tiny-base in different ways and by different amounts. */
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { dialogues, makeWorld } from "../../data/tiny/texts.js";
import { writeFolderAtomic } from "../../src/atomic-output.js";
import { conversationTrainingSchema, trainOnConversations } from "../../src/calibration/train-on-conversations.js";
import type { ComputeOptions } from "../../src/engine/engine.js";
import { float32Tensor, openCheckpoint, type TensorSource, writeCheckpoint } from "../../src/model/checkpoint.js";
import { embeddingName, headName } from "../../src/model/tensor-names.js";
import { packageRoot } from "../../src/package-root.js";
import type { Progress } from "../../src/progress.js";
import { createRandom } from "../../src/random.js";
import { planeRotation, rotatedTensors } from "./rotate-model.js";

export interface VariantJob {
  /** Folder for models and checkpoints; what is there is not made again. */
  work: string;
  compute: ComputeOptions;
  progress: Progress;
}

type MakeVariant = (job: VariantJob) => Promise<string>;

const shipped = path.join(packageRoot(), "data", "tiny-instruct");

export const instructVariants: Record<string, MakeVariant> = {
  shipped: async () => shipped,
  "1,200 steps longer": tunedFurther("longer", { steps: 1200, learning_rate: 4e-4 }),
  "300 steps at ten times the rate": tunedFurther("harsher", { steps: 300, learning_rate: 4e-3 }),
  "turned by 30°": turned(30),
  "turned by 90°": turned(90),
  "noise of 0.3": noisy(0.3),
};

/** The shipped model's tuning, continued on the same dialogues. */
function tunedFurther(name: string, options: { steps: number; learning_rate: number }): MakeVariant {
  return async ({ work, compute, progress }) => {
    const out = path.join(work, name);
    if (existsSync(out)) return out;
    const training = conversationTrainingSchema.parse({
      ...{ trainable: "full", block_size: 448, blocks_per_step: 6, micro_batch: 6, warmup_steps: 50, ...options },
      ...{ final_learning_rate_share: 0.02, beta2: 0.98, epsilon: 1e-8, precision: "bf16", checkpoint_every: 300 },
    });
    const conversations = dialogues(makeWorld());
    const job = { model: shipped, conversations, options: training, seed: 1, compute };
    await trainOnConversations({ ...job, out, work: path.join(work, `${name}-training`) }, progress);
    return out;
  };
}

function turned(degrees: number): MakeVariant {
  return ({ work }) =>
    changed(path.join(work, `turned-${degrees}`), (width) =>
      rotatedTensors(shipped, planeRotation(width, degrees, degrees)),
    );
}

/** Normal noise on embedding and head, of `share` of each row's root mean square. */
function noisy(share: number): MakeVariant {
  return ({ work }) =>
    changed(path.join(work, `noise-${share}`), (width) => {
      const checkpoint = openCheckpoint(shipped);
      const random = createRandom(Math.round(1000 * share));
      const tensors = [...checkpoint.tensors.values()].map(({ name, shape }) => {
        const values = checkpoint.readFloat32(name);
        if (name === embeddingName || name === headName) {
          for (let first = 0; first < values.length; first += width) {
            const row = values.subarray(first, first + width);
            const size = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / width);
            for (let i = 0; i < width; i++) row[i]! += share * size * random.normal();
          }
        }
        return float32Tensor(name, shape, values);
      });
      checkpoint.close();
      return tensors;
    });
}

async function changed(out: string, tensorsOf: (width: number) => TensorSource[]): Promise<string> {
  if (existsSync(out)) return out;
  const checkpoint = openCheckpoint(shipped);
  const { config } = checkpoint;
  checkpoint.close();
  await writeFolderAtomic(out, (folder) => {
    writeCheckpoint(folder, { ...config.raw, torch_dtype: "float32" }, tensorsOf(config.hidden_size));
    for (const name of readdirSync(shipped)) {
      if (/^(tokenizer|special|generation)/.test(name)) copyFileSync(path.join(shipped, name), path.join(folder, name));
    }
  });
  return out;
}

/** How far embedding and head of `instruct` lie from the base's, as a share of the base's norm. */
export function distanceFromBase(instruct: string): Record<"embedding" | "head", number> {
  const base = openCheckpoint(path.join(packageRoot(), "data", "tiny-base"));
  const moved = openCheckpoint(instruct);
  const distance = (name: string): number => {
    const [from, to] = [base.readFloat32(name), moved.readFloat32(name)];
    const [far, norm] = [
      from.reduce((sum, value, i) => sum + (to[i]! - value) ** 2, 0),
      from.reduce((sum, v) => sum + v * v, 0),
    ];
    return Math.sqrt(far / norm);
  };
  const distances = { embedding: distance(embeddingName), head: distance(headName) };
  base.close();
  moved.close();
  return distances;
}
