import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfig } from "../../../src/model/config.js";
import { exactContext } from "../../../src/model/gguf/exact-context.js";
import { familyConfigs } from "../family-configs.js";

const contextOf = (changes: Record<string, unknown>): number =>
  exactContext(parseModelConfig({ ...familyConfigs.qwen2, ...changes }, "config.json"));

test("the shortest window bounds the context, and a window longer than the model's positions does not", () => {
  const on = { use_sliding_window: true, max_window_layers: 1 };
  assert.equal(contextOf({}), 128);
  assert.equal(contextOf({ ...on, sliding_window: 50 }), 50);
  assert.equal(contextOf({ ...on, sliding_window: 500 }), 128);
  assert.equal(contextOf({ ...on, use_sliding_window: false, sliding_window: 50 }), 128);
});
