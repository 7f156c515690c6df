import assert from "node:assert/strict";
import { test } from "node:test";
import { CheckpointError } from "../../src/errors.js";
import { type ModelConfig, parseModelConfig } from "../../src/model/config.js";
import { tinyConfig } from "./tiny-config.js";

const parse = (changes: Record<string, unknown>): ModelConfig => parseModelConfig(tinyConfig(changes), "config.json");
const fault = (changes: Record<string, unknown>): CheckpointError => {
  try {
    parse(changes);
  } catch (error) {
    assert.ok(error instanceof CheckpointError);
    return error;
  }
  return assert.fail("was taken");
};

const factors = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
const llama3 = { rope_type: "llama3", ...factors };

test("scaling is found under its old and its new name", () => {
  assert.deepEqual(parse({ rope_scaling: llama3 }).rope_scaling, llama3);
  assert.deepEqual(parse({ rope_scaling: { type: "llama3", ...factors } }).rope_scaling, llama3);
  assert.deepEqual(parse({ rope_scaling: { type: "linear", factor: 4 } }).rope_scaling, {
    rope_type: "linear",
    factor: 4,
  });
  const newer = parse({ rope_theta: undefined, rope_parameters: { ...llama3, rope_theta: 500000 } });
  assert.deepEqual(newer.rope_scaling, llama3);
  assert.equal(newer.rope_theta, 500000);
  assert.equal(parse({ rope_parameters: { rope_type: "default", rope_theta: 7 } }).rope_theta, 7);
  assert.equal(parse({ rope_scaling: null, rope_theta: 500000 }).rope_theta, 500000);
  assert.equal(parse({ rope_scaling: { type: "default" } }).rope_scaling, null);
});

test("where both names are there, rope_scaling counts", () => {
  const both = parse({
    rope_theta: undefined,
    rope_scaling: { rope_type: "linear", factor: 2 },
    rope_parameters: { rope_type: "default", rope_theta: 7 },
  });
  assert.deepEqual(both.rope_scaling, { rope_type: "linear", factor: 2 });
  assert.equal(both.rope_theta, 7);
});

test("another type is refused by name with a hint", () => {
  for (const type of ["yarn", "dynamic", "longrope", "mrope"]) {
    const { message, hint } = fault({ rope_scaling: { type, factor: 2 } });
    assert.ok(message.includes(`rope_scaling.rope_type: "${type}" is not supported`), message);
    assert.match(hint!, /without rope_scaling/);
  }
  const { message, hint } = fault({ rope_parameters: { rope_type: "yarn", rope_theta: 1e6 }, hidden_act: "silu" });
  assert.match(message, /rope_parameters\.rope_type: "yarn"/);
  assert.match(hint!, /without rope_parameters/);
});

test("missing and impossible values are faults", () => {
  assert.match(fault({ rope_scaling: { rope_type: "llama3", factor: 8 } }).message, /rope_scaling\.low_freq_factor/);
  assert.match(fault({ rope_scaling: { ...llama3, high_freq_factor: 1 } }).message, /must be above low_freq_factor/);
  for (const factor of [0, -1, "2", undefined]) {
    assert.match(fault({ rope_scaling: { type: "linear", factor } }).message, /rope_scaling\.factor/);
  }
  assert.match(fault({ rope_parameters: { rope_theta: 0 } }).message, /rope_parameters\.rope_theta/);
  assert.match(fault({ rope_parameters: { partial_rotary_factor: 0.5 } }).message, /partial_rotary_factor: only 1/);
  const byLayer = { full_attention: { rope_type: "default", rope_theta: 1e6 } };
  assert.match(fault({ rope_parameters: byLayer }).message, /by the kind of layer are not supported/);
});
