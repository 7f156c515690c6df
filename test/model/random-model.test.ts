import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { createRandomModel, type RandomModelOptions } from "../../src/model/random-model.js";
import { embeddingName, finalNormName, headName } from "../../src/model/tensor-names.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyConfig } from "./tiny-config.js";

const root = temporaryFolder();
let folders = 0;
function make(options: Partial<RandomModelOptions> = {}, changes = {}): string {
  const folder = path.join(root, String(folders++));
  createRandomModel(folder, tinyConfig(changes), { seed: 1, dtype: "F32", ...options });
  return folder;
}
const bytes = (folder: string): Buffer => readFileSync(path.join(folder, "model.safetensors"));

test("the same seed gives the same bytes, another seed others", () => {
  assert.deepEqual(bytes(make()), bytes(make()));
  assert.notDeepEqual(bytes(make()), bytes(make({ seed: 2 })));
});

test("weights are normal with the deviation asked for, norms are one", () => {
  const checkpoint = openCheckpoint(make({ embedding_std: 0.5, projection_std: 0.1 }, { vocab_size: 2000 }));
  const deviation = (name: string): { mean: number; std: number; within: number } => {
    const values = checkpoint.readFloat32(name);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return { mean, std, within: values.filter((value) => Math.abs(value - mean) < std).length / values.length };
  };
  for (const [name, expected] of [
    [embeddingName, 0.5],
    [headName, 0.5],
    ["model.layers.1.mlp.down_proj.weight", 0.1],
  ] as const) {
    const { mean, std, within } = deviation(name);
    assert.ok(Math.abs(std / expected - 1) < 0.05, `${name} ${std}`);
    assert.ok(Math.abs(mean) < 0.05 * expected, `${name} ${mean}`);
    assert.ok(Math.abs(within - 0.6827) < 0.02, `${name} ${within}`);
  }
  assert.notDeepEqual(checkpoint.readFloat32(embeddingName), checkpoint.readFloat32(headName));
  assert.ok(checkpoint.readFloat32(finalNormName).every((value) => value === 1));
  checkpoint.close();
  const standard = openCheckpoint(make({}, { initializer_range: 0.3 }));
  const spread = Math.max(...standard.readFloat32("model.layers.0.self_attn.q_proj.weight").map(Math.abs));
  assert.ok(spread > 0.6 && spread < 2);
  standard.close();
});

test("biases are drawn like the matrices, q/k norms are one", () => {
  const changes = { architectures: ["Qwen3ForCausalLM"], model_type: "qwen3", attention_bias: true, head_dim: 128 };
  const checkpoint = openCheckpoint(make({ projection_std: 0.1 }, changes));
  const bias = checkpoint.readFloat32("model.layers.0.self_attn.q_proj.bias");
  const std = Math.sqrt(bias.reduce((sum, value) => sum + value ** 2, 0) / bias.length);
  assert.ok(Math.abs(std / 0.1 - 1) < 0.15, String(std));
  assert.ok(checkpoint.readFloat32("model.layers.1.self_attn.k_norm.weight").every((value) => value === 1));
  checkpoint.close();
});
