import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { engineNames, engines, getEngine } from "../../src/engine/registry.js";

test("ggml is the engine where none is named", () => {
  assert.equal(getEngine(), engines.ggml);
  for (const name of engineNames) assert.equal(getEngine(name), engines[name]);
});

test("naming the engines loads no library of theirs: only their processes do", () => {
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  assert.deepEqual(
    loaded.filter((file) => /@tensorflow|koffi/.test(file)),
    [],
  );
});
