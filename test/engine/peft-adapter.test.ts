import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { parameterLayout } from "../../src/engine/parameter-layout.js";
import { writeTrained } from "../../src/engine/write-trained.js";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { resolveModelFolder } from "../../src/model/resolve-model-folder.js";
import { createRandom } from "../../src/random.js";
import { tinyConfig } from "../model/tiny-config.js";

const root = mkdtempSync(path.join(os.tmpdir(), "lep-adapter-"));
after(() => rmSync(root, { recursive: true, force: true }));
process.env.XDG_CACHE_HOME = path.join(root, "cache");
process.env.HF_HUB_CACHE = path.join(root, "hub");
process.env.LEP_OFFLINE = "1";

const commit = "0123456789abcdef0123456789abcdef01234567";

for (const tied of [false, true]) {
  test(`the adapter that a training writes makes, with its base, the model that it writes (${tied ? "tied" : "untied"})`, async () => {
    const name = tied ? "tied" : "untied";
    const base = path.join(root, "hub", `models--org--${name}`, "snapshots", commit);
    mkdirSync(path.dirname(base), { recursive: true });
    createRandomModel(base, tinyConfig({ tie_word_embeddings: tied }), { seed: 1, dtype: "BF16" });
    const lora = { rank: 3, alpha: 12, dropout: 0, target_modules: ["q_proj", "down_proj"] as const, adapter: true };
    const checkpoint = openCheckpoint(base);
    const trained = { trainable: "lora" as const, tables: ["head"] as const, lora };
    const layout = parameterLayout(checkpoint.config, trained, [{ first: 0, end: 250 }]);
    const { normal } = createRandom(2);
    const values = Float32Array.from({ length: layout.size }, () => 0.1 * normal());
    const read = (_: unknown, offset: number, into: Float32Array): void =>
      into.set(values.subarray(offset, offset + into.length));
    const output = path.join(root, name);
    writeTrained({ layout, read }, checkpoint, { output, options: { trainable: "lora", lora } as never });
    const adapter = path.join(output, "adapter");
    const config = JSON.parse(readFileSync(path.join(adapter, "adapter_config.json"), "utf8"));
    assert.deepEqual([config.base_model_name_or_path, config.revision], [`org/${name}`, commit]);
    const [whole, merged] = [openCheckpoint(output), openCheckpoint(await resolveModelFolder(adapter))];
    for (const tensor of whole.tensors.keys()) {
      assert.deepEqual(merged.read(tensor), whole.read(tensor), tensor);
    }
    assert.notDeepEqual(
      whole.read("model.layers.0.self_attn.q_proj.weight"),
      checkpoint.read("model.layers.0.self_attn.q_proj.weight"),
    );
    for (const opened of [checkpoint, whole, merged]) opened.close();
  });
}
