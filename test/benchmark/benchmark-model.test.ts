import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { findBenchmarkModel } from "../../src/benchmark/benchmark-model.js";
import { window, writeFamilyModel } from "../model/family-configs.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { writeTinyTokenizer } from "../model/tiny-tokenizer.js";

test("prompts of a model with a sliding window stay within it, since llama.cpp has none", async () => {
  const root = temporaryFolder();
  for (const [variant, limit] of [
    ["mistral, tied, sliding", window],
    ["mistral", 128],
  ] as const) {
    const model = path.join(root, variant);
    writeTinyTokenizer(model);
    const found = await findBenchmarkModel({ model: writeFamilyModel(model, variant) });
    assert.equal(found.contextLimit, limit);
    assert.equal(found.type, "f32");
  }
});
