/**
 * The same graph on Vulkan. A software device is enough (Debian: mesa-vulkan-drivers); ggml passes it over
 * unless it is named, so here it is. Skipped where there is none.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { runJob } from "../../../src/engine/child-job.js";
import { type Device, type TrainingJob, type TrainingOptions, targetModules } from "../../../src/engine/engine.js";
import { ggmlEngine, ggmlWorker } from "../../../src/engine/ggml/engine.js";
import { neutralOptions } from "../../../src/engine/neutral-options.js";
import { writeFamilyModel } from "../../model/family-configs.js";
import { randomBlocks, relativeError, temporaryFolder, writeBlocks } from "../minute-model.js";

process.env.GGML_VK_VISIBLE_DEVICES ??= "0";
const temporary = temporaryFolder();
after(temporary.remove);

const absent = await ggmlEngine.examine("vulkan").then(
  () => false,
  (error: Error) => error.message,
);

describe("training on Vulkan", { skip: absent }, () => {
  const data = path.join(temporary.folder, "data.blocks");
  before(() => writeBlocks(data, randomBlocks(2, 12, 300)));
  const rows = [{ first: 20, end: 290 }];

  it("has every operation of a training step", async () => {
    assert.deepEqual((await ggmlEngine.examine("vulkan")).unsupported, []);
  });

  it("has the CPU's gradients, rows of the input embedding among them", async () => {
    const lora = { rank: 4, alpha: 8, dropout: 0.2, target_modules: targetModules, adapter: false };
    const cases: [variant: Parameters<typeof writeFamilyModel>[1], options: Partial<TrainingOptions>, limit: number][] =
      [
        ["llama, biases", { trainable: "full" }, 5e-3],
        ["qwen3, first layer sliding", { trainable: "full", activation_checkpointing: true }, 5e-3],
        ["qwen2, tied", { trainable: "embeddings" }, 5e-3],
        ["mistral, tied, sliding", { trainable: "lora", lora, tables: ["head"] }, 5e-3],
        ["llama", { trainable: "embeddings", precision: "bf16" }, 3e-2],
      ];
    for (const [variant, options, limit] of cases) {
      const model = writeFamilyModel(path.join(temporary.folder, variant.replaceAll(/\W+/g, "-")), variant);
      const gradients = (device: Device) =>
        runJob(ggmlWorker, "gradients", {
          ...{ model, data, rows, compute: { device, threads: 1 } },
          options: { micro_batch: 2, ...options },
        });
      const [ours, expected] = [await gradients("vulkan"), await gradients("cpu")];
      assert.ok(Math.abs(ours.loss / expected.loss - 1) < limit, `${variant}: ${ours.loss}, not ${expected.loss}`);
      for (const [name, values] of Object.entries(expected.gradients)) {
        // B of an adapter begins at zero, so A has no gradient.
        if (values.every((value) => value === 0)) continue;
        const error = relativeError(ours.gradients[name]!, values);
        assert.ok(error < limit, `${variant}, ${name}: relative error ${error}`);
      }
    }
  });

  it("trains with AdamW as the CPU does", async () => {
    const model = writeFamilyModel(path.join(temporary.folder, "adamw"), "llama, llama3 scaling");
    const train = (device: Device) => {
      const job: TrainingJob = {
        ...{ model, rows, data: { sets: [{ file: data, weight: 1 }] }, compute: { device, threads: 1 } },
        checkpoints: path.join(temporary.folder, device),
        output: path.join(temporary.folder, `${device}-trained`),
        options: {
          ...neutralOptions,
          ...{ steps: 8, blocks_per_step: 2, micro_batch: 1, learning_rate: 0.01, weight_decay: 0.1, clip_norm: 0.5 },
        },
      };
      return ggmlEngine.train(job);
    };
    const [ours, expected] = [await train("vulkan"), await train("cpu")];
    assert.ok(expected.losses.at(-1)! < expected.losses[0]! - 0.1);
    assert.ok(relativeError(ours.losses, expected.losses) < 1e-3, `${ours.losses} and not ${expected.losses}`);
  });
});
