import assert from "node:assert/strict";
import { before, it } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { drawDropoutRows, dropoutTable } from "../../../src/engine/lora-dropout.js";
import { neutralOptions } from "../../../src/engine/neutral-options.js";
import { parameterLayout } from "../../../src/engine/parameter-layout.js";
import { createAdapterDropout } from "../../../src/engine/tfjs/dropout.js";
import { openWasm } from "../../../src/engine/tfjs/wasm-backend.js";
import { parseModelConfig } from "../../../src/model/config.js";
import { minuteConfig } from "../minute-model.js";

before(() => openWasm(1));

const target_modules = ["q_proj", "down_proj"] as const;
const lora = { ...neutralOptions.lora, target_modules };
const trained = { ...neutralOptions, trainable: "lora", tables: [], lora } as const;
const layout = parameterLayout(parseModelConfig(minuteConfig, "config.json"), trained, []);

it("each map takes its own drawn rows of the table, as wide as its input", () => {
  const tokens = 5;
  const dropout = createAdapterDropout(layout, { dropout: 0.4, seed: 11 });
  const drop = dropout.draw(3, 2, tokens);
  const width = 40;
  const table = dropoutTable(11, 0.4, width);
  const rows = drawDropoutRows(11, 3, 2, 4 * tokens);
  const maps = layout.parameters.filter(({ name }) => name.endsWith("lora_A.weight"));
  assert.equal(maps.length, 4);
  for (const [i, { name, shape }] of maps.entries()) {
    const columns = shape[1]!;
    assert.equal(columns, name.includes("down_proj") ? 40 : 24);
    const dropped = drop(tf.fill([tokens, columns], 2), name).arraySync() as number[][];
    for (const [token, numbers] of dropped.entries()) {
      const row = rows[i * tokens + token]!;
      assert.deepEqual(
        numbers,
        Array.from(table.subarray(row * width, row * width + columns), (mask) => Math.fround(2 * mask)),
      );
    }
  }
  dropout.close();
});

it("without a share nothing is dropped", () => {
  const x = tf.ones([2, 24]);
  assert.equal(createAdapterDropout(layout, { dropout: 0, seed: 1 }).draw(1, 0, 2)(x, "any"), x);
});
