/** The estimate against what is allocated when the same session is opened, and what happens where it does not fit. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, describe, it } from "node:test";
import { type TrainingOptions, targetModules } from "../../../src/engine/engine.js";
import { type Backend, openBackend } from "../../../src/engine/ggml/backend.js";
import { fitMemory } from "../../../src/engine/ggml/fit-memory.js";
import { estimateMemory } from "../../../src/engine/ggml/memory-estimate.js";
import { createMemoryLedger, totalBytes } from "../../../src/engine/ggml/memory-use.js";
import { prepareSession } from "../../../src/engine/ggml/session.js";
import { neutralOptions } from "../../../src/engine/neutral-options.js";
import { nothingTrained, parameterLayout } from "../../../src/engine/parameter-layout.js";
import type { SessionJob } from "../../../src/engine/session.js";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import { parseModelConfig } from "../../../src/model/config.js";
import { type FamilyVariant, writeFamilyModel } from "../../model/family-configs.js";
import { minuteConfig, temporaryFolder } from "../minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);
const compute = { device: "cpu", threads: 1 } as const;
const lora = { rank: 4, alpha: 8, dropout: 0.1, target_modules: targetModules, adapter: false };

function sessionJob(variant: FamilyVariant, changes: Partial<TrainingOptions> | null): SessionJob {
  const folder = writeFamilyModel(path.join(temporary.folder, variant.replaceAll(/\W+/g, "-")), variant);
  const checkpoint = openCheckpoint(folder);
  after(checkpoint.close);
  const options = { ...neutralOptions, lora, blocks_per_step: 4, micro_batch: 2, ...changes };
  const rows = [{ first: 30, end: 200 }];
  const layout = changes === null ? nothingTrained : parameterLayout(checkpoint.config, options, rows);
  return { checkpoint, layout, options, compute, blockLength: 24 };
}

describe("the estimate of memory", () => {
  it("is what is allocated, use by use", async () => {
    const cases: [FamilyVariant, Partial<TrainingOptions> | null][] = [
      ["llama", { trainable: "embeddings" }],
      ["llama, tied", { trainable: "embeddings", precision: "bf16" }],
      ["qwen2", { trainable: "lora", tables: ["head"] }],
      ["qwen3, first layer sliding", { trainable: "full", activation_checkpointing: true }],
      ["mistral", { trainable: "embeddings", precision: "q8_0", tables: ["head"] }],
      ["llama, biases", null],
    ];
    for (const [variant, changes] of cases) {
      const job = sessionJob(variant, changes);
      for (const keepTransposes of [true, false]) {
        const backend: Backend = { ...openBackend("cpu", 1), memory: createMemoryLedger() };
        const planned = await estimateMemory(backend, { ...job, keepTransposes });
        assert.equal(totalBytes(backend.memory.now), 0);
        await prepareSession(backend, { ...job, keepTransposes });
        assert.deepEqual(planned.uses, backend.memory.now, variant);
      }
    }
  });

  it("of LLaMa-3-8B counts its parts as a hand does", async () => {
    const config = parseModelConfig(
      {
        ...{ ...minuteConfig, hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, vocab_size: 128256 },
        ...{ num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128, max_position_embeddings: 8192 },
      },
      "8B",
    );
    const options = { ...neutralOptions, precision: "bf16" as const, activation_checkpointing: true };
    const tables = 2 * 128256 * 4096;
    const blocks = 32 * (4096 * 4096 * 2 + 4096 * 1024 * 2 + 3 * 4096 * 14336);
    const layout = parameterLayout(config, options, [{ first: 0, end: 128256 }]);
    const plan = { checkpoint: { config }, layout, options, compute, blockLength: 4096, keepTransposes: false };
    const { uses } = await estimateMemory(openBackend("cpu", 1), plan);
    const near = (bytes: number, expected: number): void =>
      assert.ok(Math.abs(bytes / expected - 1) < 0.001, `${bytes}`);
    near(uses.values, 4 * tables);
    near(uses.gradients, 4 * tables);
    near(uses.moments, 8 * tables);
    near(uses.weights, 2 * blocks);
    assert.equal(uses.transposes, 0);
    near((await estimateMemory(openBackend("cpu", 1), { ...plan, keepTransposes: true })).uses.transposes, 2 * blocks);
  });
});

describe("a training that does not fit", () => {
  const withFree = (bytes: number): Backend => ({ ...openBackend("cpu", 1), freeMemory: () => bytes });

  it("first goes without transposes, then says what is needed, what there is and what would fit", async () => {
    const job = { ...sessionJob("llama", { trainable: "embeddings", micro_batch: 4 }), blockLength: 512 };
    const plan = async (keepTransposes: boolean, changes: Partial<TrainingOptions> = {}): Promise<number> => {
      const changed = { ...job, options: { ...job.options, ...changes }, keepTransposes };
      return (await estimateMemory(openBackend("cpu", 1), changed)).bytes;
    };
    const [kept, without] = [await plan(true), await plan(false)];
    assert.deepEqual(await fitMemory(withFree(kept / 0.94), job), { keepTransposes: true });
    const between = (Math.min(kept, without) + without) / 2 / 0.95;
    if (without < kept) assert.deepEqual(await fitMemory(withFree(between + 1000), job), { keepTransposes: false });
    const single = await plan(false, { micro_batch: 1 });
    assert.ok(single < without);
    await assert.rejects(fitMemory(withFree((single * 1.01) / 0.95), job), {
      name: "EngineError",
      code: "engine.out_of_memory",
      message: /CPU: \d+\.\d+ GB are needed \(.*intermediate results \d.*\), \d+\.\d+ GB are free/,
      hint: /^Would fit: .*micro_batch: 1/,
    });
    await assert.rejects(fitMemory(withFree(1e6), job), { hint: /rows: new.*block_size/ });
  });
});
