import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { packageRoot } from "../../src/package-root.js";
import { initializerState } from "../../src/pipeline/initialise-rows.js";
import { runPipeline } from "../../src/pipeline.js";
import { loadRecipe } from "../../src/recipe.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-initialise-rows-"));
after(() => rmSync(folder, { recursive: true }));
const recipe = path.join(packageRoot(), "recipes", "tiny-extended.yaml");

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
}

const source_vectors = file("en.vec", "cat 1 2\n");
const target_vectors = file("ru.vec", "кот 1 2\n");

test("a dictionary without overlap ends a run before its first stage", async () => {
  const dictionary = file("pairs.txt", "dog\tпёс\n");
  const wechsel = JSON.stringify({ method: "wechsel", source_vectors, target_vectors, dictionary });
  const run = path.join(folder, "run");
  await assert.rejects(runPipeline(loadRecipe(recipe, [`pretraining.initializer=${wechsel}`]), { folder: run }), {
    code: "dictionary.no_overlap",
    exitCode: 2,
  });
  assert.ok(!existsSync(path.join(run, "vocabulary")));
});

test("files that a recipe names are made absolute, and missing ones are faults of the recipe", () => {
  const wechsel = JSON.stringify({ method: "wechsel", source_vectors, target_vectors, dictionary: "nowhere.txt" });
  assert.throws(() => loadRecipe(recipe, [`pretraining.initializer=${wechsel}`]), {
    code: "recipe.invalid",
    message: /pretraining\.initializer\.dictionary: nowhere\.txt is not there/,
  });
});

test("a stage's key holds the content of the files, not where they lie", () => {
  const loaded = loadRecipe(recipe, [`pretraining.initializer={method: focus, vectors: {file: "${target_vectors}"}}`]);
  assert.deepEqual(initializerState(loaded), {
    options: { initializer: { method: "focus", vectors: { file: null } }, head_initializer: "mean" },
    inputs: { "initializer.vectors.file": target_vectors },
  });
});
