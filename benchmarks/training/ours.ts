/** Our side: the engine as the stages use it, whose child process does the steps and tells their times. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Precision } from "../../src/engine/engine.js";
import { getEngine } from "../../src/engine/registry.js";
import { createTrainingSet } from "../../src/engine/training-set.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { createRandom } from "../../src/random.js";
import { adamw, batch, model, type Run } from "./shape.js";

export interface Workplace {
  run(precision: Precision, steps: number, threads: number): Promise<Run>;
}

/** Writes the random model and random tokens into `folder`. */
export function prepare(folder: string): Workplace {
  const start = path.join(folder, "model");
  mkdirSync(folder, { recursive: true });
  createRandomModel(start, model, { seed: 1, dtype: "F32" });
  const data = path.join(folder, "tokens.blocks");
  writeRandomTokens(data);
  return {
    async run(precision, steps, threads) {
      const seconds: number[] = [];
      const output = path.join(folder, "trained");
      const { peak_mb } = await getEngine().train(
        {
          ...{ model: start, data, rows: [{ first: 0, end: model.vocab_size }], output },
          checkpoints: path.join(folder, "checkpoints"),
          compute: { device: "cpu", threads },
          options: {
            ...adamw,
            ...{ trainable: "embeddings", precision, steps: steps + 1, seed: 1, checkpoint_every: 0 },
            ...{ blocks_per_step: batch.blocks, micro_batch: batch.blocks },
            ...{ final_learning_rate_share: 1, warmup_steps: 0, clip_norm: 0 },
          },
        },
        (report) => seconds.push(report.seconds),
      );
      rmSync(output, { recursive: true });
      return { seconds: seconds.slice(1), peak_mb };
    },
  };
}

function writeRandomTokens(file: string): void {
  const { blocks, length } = batch;
  const random = createRandom(1);
  const set = createTrainingSet(file, length);
  for (let b = 0; b < blocks; b++) {
    const ids = Int32Array.from({ length: length + 1 }, () => random.below(model.vocab_size));
    set.append({
      inputs: ids.slice(0, length),
      targets: ids.slice(1),
      weights: new Float32Array(length).fill(1),
      segments: new Int32Array(length),
    });
  }
  set.finish();
}
