import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { targetModules } from "../../src/engine/engine.js";
import { checkTraining, trainingOptions, trainingShape } from "../../src/engine/training-schema.js";

const schema = z
  .strictObject(
    trainingShape({
      ...{ trainable: "embeddings", block_size: 16, blocks_per_step: 8, learning_rate: 0.1 },
      ...{ final_learning_rate_share: 0.1, warmup_steps: 5, weight_decay: 0 },
    }),
  )
  .superRefine(checkTraining);
const options = (given: object) => trainingOptions(schema.parse(given), 100, 7);
const faults = (given: object): string[] =>
  (schema.safeParse(given).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

test("an empty section: cosine, both tables, nothing measured, the last weights, spikes reported", () => {
  const { schedule, decay_share, tables, lora, activation_checkpointing, precision, ...rest } = options({});
  assert.deepEqual(
    [schedule, decay_share, tables, activation_checkpointing, precision],
    [...["cosine", 0.1, ["input", "head"], false, "bf16"]],
  );
  // The paper's second phase.
  assert.deepEqual(lora, { rank: 32, alpha: 32, dropout: 0.05, target_modules: [...targetModules], adapter: false });
  assert.deepEqual([rest.evaluate_every, rest.keep, rest.on_spike, rest.seed], [0, "last", "report", 7]);
  assert.equal(rest.steps, 13);
});

test("with lora the head is trained beside the adapters, or what the section says, or no table", () => {
  assert.deepEqual(options({ trainable: "lora" }).tables, ["head"]);
  assert.deepEqual(options({ trainable: "lora", tables: ["input", "head"] }).tables, ["input", "head"]);
  assert.deepEqual(options({ trainable: "lora", tables: [] }).tables, []);
  assert.deepEqual(options({ trainable: "lora", lora: { rank: 4 } }).lora.rank, 4);
  assert.equal(options({ trainable: "lora", lora: { rank: 4 } }).lora.alpha, 32);
});

test("faults that take two keys have the path of one and name the other", () => {
  assert.deepEqual(faults({ tables: [] }), ["tables: may be empty only with trainable: lora, not with embeddings"]);
  assert.equal(faults({ tables: [], trainable: "full" }).length, 1);
  assert.deepEqual(faults({ tables: ["head", "head"] }), ["tables: names a table twice"]);
  assert.match(faults({ keep: "best" }).join(), /^keep: best needs evaluate_every/);
  assert.deepEqual(faults({ keep: "best", evaluate_every: 10 }), []);
  assert.deepEqual(faults({ lora: { rank: 4 } }), [
    "lora: has a meaning only with trainable: lora, not with embeddings",
  ]);
  assert.deepEqual(faults({ lora: {} }), []);
});

test("values that cannot be have the path of their key", () => {
  const wrong = {
    ...{ schedule: "cosin", decay_share: 0, precision: "q4", on_spike: "stop", keep: "first", evaluate_every: -1 },
    lora: { rank: 0, dropout: 1, target_modules: [], alpha: 0 },
  };
  const found = faults(wrong).map((fault) => fault.split(":")[0]);
  const expected = ["schedule", "decay_share", "precision", "on_spike", "keep", "evaluate_every"];
  assert.deepEqual(
    found.sort(),
    [...expected, "lora.rank", "lora.alpha", "lora.dropout", "lora.target_modules"].sort(),
  );
});
