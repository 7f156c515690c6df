import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { calibrationSchema } from "../../src/calibration/options.js";
import { trainingOptions } from "../../src/engine/training-schema.js";
import { pretrainingSchema } from "../../src/pretraining/options.js";

test("an empty section is the paper's settings, one epoch", () => {
  const options = pretrainingSchema.parse({});
  assert.equal(options.trainable, "embeddings");
  assert.equal(options.block_size * options.blocks_per_step, 1 << 20);
  assert.equal(trainingOptions(options, 1000, 0).steps, 4);
  assert.equal(trainingOptions({ ...options, epochs: 2.5 }, 1000, 0).steps, 10);
  assert.equal(trainingOptions({ ...options, steps: 7 }, 1000, 0).steps, 7);
  assert.equal(trainingOptions(options, 1, 3).warmup_steps, 1);
});

test("faults have their paths", () => {
  const faults = pretrainingSchema.safeParse({ steps: 1, epochs: 1, micro_batch: 3, learning_rte: 1, block_size: 2 });
  const found = faults.error!.issues.map((issue) => [...issue.path, ...("keys" in issue ? issue.keys : [])].join("."));
  assert.ok(found.includes("block_size"), `${found}`);
  assert.ok(found.includes("learning_rte"), `${found}`);
  const second = pretrainingSchema.safeParse({ steps: 1, epochs: 1, micro_batch: 3 });
  assert.deepEqual(second.error!.issues.map((issue) => issue.path.join(".")).sort(), ["epochs", "micro_batch"]);
  const wrong = calibrationSchema.safeParse({ source: "instructions", prompts: [] });
  assert.equal(wrong.error!.issues[0]!.path[0], "prompts");
});

test("every key of both sections says what it is, and they become JSON Schema", () => {
  for (const schema of [pretrainingSchema, calibrationSchema]) {
    for (const [key, value] of Object.entries(schema.shape)) {
      assert.ok(
        (value as z.ZodType).description ?? (value as { def: { innerType?: z.ZodType } }).def.innerType?.description,
        key,
      );
    }
    assert.equal((z.toJSONSchema(schema, { io: "input" }) as { type: string }).type, "object");
  }
});
