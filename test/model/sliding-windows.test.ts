/** Expected values: MistralConfig, Qwen2Config, Qwen3Config and AutoConfig of transformers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Architecture } from "../../src/model/architectures.js";
import { slidingWindows, type WindowKeys } from "../../src/model/sliding-windows.js";

const windows = (architecture: Architecture, keys: Partial<WindowKeys> = {}): (number | null)[] => {
  const faults: string[] = [];
  const result = slidingWindows(architecture, { num_hidden_layers: 4, ...keys }, faults);
  assert.deepEqual(faults, []);
  return result;
};
const faultsOf = (architecture: Architecture, keys: Partial<WindowKeys>): string => {
  const faults: string[] = [];
  slidingWindows(architecture, { num_hidden_layers: 4, ...keys }, faults);
  return faults.join("; ");
};
const none = [null, null, null, null];

test("Llama never slides, whatever its file says", () => {
  assert.deepEqual(windows("llama"), none);
  assert.deepEqual(windows("llama", { sliding_window: 8, use_sliding_window: true, max_window_layers: 0 }), none);
});

test("Mistral slides in every layer, by 4096 where the key is absent, and not at all where it is null", () => {
  assert.deepEqual(windows("mistral", { sliding_window: 8 }), [8, 8, 8, 8]);
  assert.deepEqual(windows("mistral"), [4096, 4096, 4096, 4096]);
  assert.deepEqual(windows("mistral", { sliding_window: null }), none);
  // AutoConfig takes such a file for Ministral.
  const mixed = ["full_attention", "sliding_attention", "sliding_attention", "full_attention"];
  assert.deepEqual(windows("mistral", { sliding_window: 8, layer_types: mixed }), [null, 8, 8, null]);
});

test("Qwen slides only where use_sliding_window says so, from layer max_window_layers on", () => {
  for (const architecture of ["qwen2", "qwen3"] as const) {
    assert.deepEqual(windows(architecture, { sliding_window: 8, max_window_layers: 0 }), none);
    assert.deepEqual(windows(architecture, { use_sliding_window: false, sliding_window: 8 }), none);
    const on = { use_sliding_window: true, sliding_window: 8 };
    assert.deepEqual(windows(architecture, on), none, "28 layers look at everything by default");
    assert.deepEqual(windows(architecture, { ...on, num_hidden_layers: 30 }).slice(26), [null, null, 8, 8]);
    assert.deepEqual(windows(architecture, { ...on, max_window_layers: 1 }), [null, 8, 8, 8]);
    assert.deepEqual(windows(architecture, { ...on, max_window_layers: 0, sliding_window: null }), none);
    const absent = { use_sliding_window: true, max_window_layers: 3 };
    assert.deepEqual(windows(architecture, absent), [null, null, null, 4096]);
    const types = ["sliding_attention", "full_attention", "full_attention", "full_attention"];
    assert.deepEqual(windows(architecture, { ...on, max_window_layers: 0, layer_types: types }), [8, null, null, null]);
    const full = new Array<string>(4).fill("full_attention");
    assert.deepEqual(windows(architecture, { sliding_window: null, layer_types: full }), none);
  }
});

test("a window that is no window, and layer types that do not fit, are faults", () => {
  assert.match(faultsOf("mistral", { sliding_window: 0 }), /sliding_window: 0, expected a whole number above 0/);
  assert.match(faultsOf("mistral", { sliding_window: 2.5 }), /sliding_window: 2\.5/);
  const on = { use_sliding_window: true, sliding_window: 8 };
  assert.match(faultsOf("qwen2", { ...on, sliding_window: -1 }), /sliding_window: -1/);
  assert.equal(faultsOf("qwen2", { sliding_window: -1 }), "", "not looked at");
  const sliding = new Array<string>(4).fill("sliding_attention");
  assert.match(faultsOf("qwen3", { ...on, layer_types: sliding.slice(1) }), /3 entries, but num_hidden_layers is 4/);
  const chunked = [...sliding.slice(1), "chunked_attention"];
  assert.match(faultsOf("qwen3", { ...on, layer_types: chunked }), /"chunked_attention" is not supported/);
  assert.match(faultsOf("qwen3", { sliding_window: 8, layer_types: sliding }), /use_sliding_window is not true/);
  assert.match(faultsOf("qwen3", { ...on, sliding_window: null, layer_types: sliding }), /sliding_window is null/);
  assert.match(faultsOf("mistral", { sliding_window: null, layer_types: sliding }), /sliding_window is null/);
});
