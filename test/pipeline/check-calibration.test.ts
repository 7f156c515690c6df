import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { packageRoot } from "../../src/package-root.js";
import { checkCalibration } from "../../src/pipeline/check-calibration.js";
import { loadRecipe } from "../../src/recipe.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-check-calibration-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const data = path.join(packageRoot(), "data");
const models = { base: path.join(data, "tiny-base"), instruct: path.join(data, "tiny-instruct") };
const recipe = path.join(packageRoot(), "recipes", "tiny-extended.yaml");

test("prompts of a recipe are read before its first stage", async () => {
  await checkCalibration(loadRecipe(recipe), models);
  const broken = path.join(folder, "prompts.jsonl");
  writeFileSync(broken, '{"prompt": "Кто там?"}\n{"prompt": 7}\n');
  await assert.rejects(checkCalibration(loadRecipe(recipe, [`calibration.prompts=[${broken}]`]), models), {
    code: "prompts.broken",
    message: /line 2: "prompt" is not a text/,
    exitCode: 2,
  });
  const script = "calibration.filters={script: {name: Cyrilic, min_share: 0.5}}";
  await assert.rejects(checkCalibration(loadRecipe(recipe, [script]), models), { code: "corpus.unknown_script" });
});
