/** Names in files that others made: none leads out of the folder that it stands for. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { tasks } from "../../src/benchmark/registry.js";
import { parseHubId } from "../../src/model/hub/hub-id.js";
import { resolveModelFolder } from "../../src/model/resolve-model-folder.js";
import { findShards } from "../../src/model/shards.js";
import { loadRecipe } from "../../src/recipe.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { refuses } from "./expect-refusal.js";

const folder = temporaryFolder();
const inside = path.join(folder, "model");
mkdirSync(inside);
writeFileSync(path.join(folder, "outside.safetensors"), "secret");

const weightMap = (shard: string): void =>
  writeFileSync(path.join(inside, "model.safetensors.index.json"), JSON.stringify({ weight_map: { a: shard } }));

test("an index names files of its own folder only", async () => {
  for (const shard of [
    ...[
      "../outside.safetensors",
      path.join(folder, "outside.safetensors"),
      "./../outside.safetensors",
      "a/b.safetensors",
    ],
    ...["..\\outside.safetensors", "C:\\outside.safetensors", "C:outside.safetensors", "..", ".", "", ".safetensors"],
    ...["a\0.safetensors", "//host/a.safetensors", "file:///a.safetensors", "..%2foutside.safetensors/..", "a.bin"],
  ]) {
    weightMap(shard);
    await refuses(() => findShards(inside), "checkpoint.index_invalid", inside);
  }
});

test("whatever an index names, no file outside of the folder is taken", () => {
  const part = fc.constantFrom(
    "..",
    ".",
    "/",
    "\\",
    "outside",
    "model",
    ".safetensors",
    "%2e",
    " ",
    "\u2215",
    "~",
    "$HOME",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      weightMap(`${parts.join("")}.safetensors`);
      try {
        for (const file of findShards(inside).files) assert.equal(path.dirname(path.resolve(inside, file)), inside);
      } catch (error) {
        assert.match((error as { code: string }).code, /^checkpoint\.(index_invalid|shard_missing)$/);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("an adapter's base is a folder to read or a hub id, never a path in the cache", async () => {
  process.env.LEP_OFFLINE = "1";
  process.env.HF_HOME = path.join(folder, "home");
  process.env.XDG_CACHE_HOME = path.join(folder, "cache");
  const adapter = path.join(folder, "adapter");
  mkdirSync(adapter);
  const config = (changes: object): void =>
    writeFileSync(
      path.join(adapter, "adapter_config.json"),
      JSON.stringify({ peft_type: "LORA", r: 2, lora_alpha: 4, ...changes }),
    );
  for (const [changes, code, name] of [
    [{ base_model_name_or_path: "../../../../../../nowhere/at/all" }, "not_found", "nowhere/at/all"],
    [
      { base_model_name_or_path: "org/base", revision: "../../../../escape" },
      "not_found",
      "org/base@../../../../escape",
    ],
    [{ base_model_name_or_path: "org/base@../../x" }, "not_found", "org/base@../../x"],
    [{ base_model_name_or_path: "org/.." }, "adapter_base", adapter],
    [{ base_model_name_or_path: "\0" }, "adapter_config", adapter],
  ] as const) {
    config(changes);
    await refuses(() => resolveModelFolder(adapter), `checkpoint.${code}`, name);
  }
  assert.deepEqual(readdirSync(folder).sort(), ["adapter", "model", "outside.safetensors"]);
});

test("a hub id with a revision never leads out of its folder in the cache", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("..", ".", "/", "@", "org", "model", "\\", "main", "-", "~"), { maxLength: 9 }),
      (parts) => {
        const id = parseHubId(parts.join(""));
        if (id === undefined) return;
        const cache = "/cache/hub";
        const repository = path.resolve(cache, `models--${id.name.replace("/", "--")}`);
        assert.equal(path.dirname(repository), cache);
        const references = path.join(repository, "refs");
        assert.ok(path.resolve(references, id.revision).startsWith(`${references}/`), id.revision);
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
});

test("names of data sets and of runs are names of folders", async () => {
  for (const { dataset } of Object.values(tasks)) assert.match(dataset, /^[a-z0-9_]+$/i);
  const recipe = path.join(folder, "recipe.yaml");
  for (const name of ["../x", "..", "a/b", "/x", ".x", "a\\b", "", "a\nb"]) {
    writeFileSync(recipe, `name: ${JSON.stringify(name)}\nmodels: {base: org/base}\n`);
    await refuses(() => loadRecipe(recipe), "recipe.invalid", /name: letters, digits/);
  }
  writeFileSync(recipe, "name: r\nmodels: {base: org/base}\nbenchmark: {data: ., tasks: [../x]}\n");
  await refuses(() => loadRecipe(recipe), "recipe.invalid", /benchmark\.tasks\.0: must be one of/);
});
