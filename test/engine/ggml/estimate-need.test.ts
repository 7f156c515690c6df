/** What is said before a run, against the estimate that the run makes; a GPU that is not here. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openBackend } from "../../../src/engine/ggml/backend.js";
import { estimateNeed } from "../../../src/engine/ggml/estimate-need.js";
import { estimateMemory } from "../../../src/engine/ggml/memory-estimate.js";
import { neutralOptions } from "../../../src/engine/neutral-options.js";
import { parameterLayout } from "../../../src/engine/parameter-layout.js";
import { getEngine } from "../../../src/engine/registry.js";
import { parseModelConfig } from "../../../src/model/config.js";
import { knownModels } from "../../../src/model/known-models.js";
import { minuteConfig } from "../minute-model.js";

const compute = { device: "cpu", threads: 1 } as const;

describe("what a training would take", () => {
  it("is the run's own estimate", async () => {
    const config = parseModelConfig(minuteConfig, "minute");
    const options = { ...neutralOptions, micro_batch: 2, blocks_per_step: 4 };
    const rows = [{ first: 0, end: config.vocab_size }];
    const need = await estimateNeed({ config: minuteConfig, rows, options, blockLength: 16, compute });
    const layout = parameterLayout(config, options, rows);
    const plan = { checkpoint: { config }, layout, options, compute, blockLength: 16, keepTransposes: true };
    assert.equal(need.bytes, (await estimateMemory(openBackend("cpu", 1), plan)).bytes);
    assert.equal(need.fits, true);
    assert.deepEqual(need.remedies, []);
  });

  it("LLaMa-3-8B's embeddings fit into 80 GB only without transposes or with recomputed blocks; not into 24 GB", async () => {
    const config = knownModels["meta-llama/Meta-Llama-3-8B"]!;
    const options = { ...neutralOptions, precision: "bf16" as const, activation_checkpointing: true };
    const rows = [{ first: 0, end: 128256 }];
    const job = { config, rows, options, blockLength: 4096, compute };
    const large = await estimateNeed({ ...job, gpu_bytes: 80e9 });
    assert.ok(large.fits && large.bytes > 36e9 && large.bytes < 60e9, String(large.bytes));
    const small = await estimateNeed({ ...job, gpu_bytes: 24e9 });
    assert.equal(small.fits, false);
    assert.ok(small.bytes < large.bytes);
    const whole = { ...job, options: { ...options, activation_checkpointing: false }, gpu_bytes: 64e9 };
    const helped = await estimateNeed(whole);
    assert.equal(helped.fits, true);
    const tight = await estimateNeed({ ...whole, gpu_bytes: 50e9 });
    assert.deepEqual([tight.fits, tight.remedies.includes("activation_checkpointing: true")], [false, true]);
  });

  it("comes from a child process, and so does the speed of the device; tfjs does not know its memory", async () => {
    const job = { config: minuteConfig, rows: [{ first: 0, end: 8 }], options: null, blockLength: 16, compute };
    assert.ok((await getEngine("ggml").estimateMemory(job))!.bytes > 0);
    const speed = await getEngine("ggml").measureSpeed({ config: minuteConfig, precision: "f32", tokens: 16, compute });
    assert.ok(speed.flops! > 0 && speed.bandwidth! > 0 && speed.free_bytes > 0);
    assert.equal(await getEngine("tfjs").estimateMemory(job), null);
  });
});
