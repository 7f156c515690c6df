import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { packageRoot } from "../../src/package-root.js";
import { overlapOfRows } from "../../src/pipeline/training-overlap.js";
import { trainingFiles, trainingTexts } from "../../src/pipeline/training-texts.js";
import { loadRecipe } from "../../src/recipe.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-training-overlap-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const seen = (count: number, word: string): string => Array.from({ length: count }, (_, i) => `${word}${i}`).join(" ");
const write = (name: string, text: string): string => {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};
const item = (text: string): string =>
  `${JSON.stringify({ messages: [{ role: "user", content: "{text}" }], inputs: { text }, outputs: text, meta: {} })}\n`;

test("each row is looked through with what has trained it", async () => {
  const data = path.join(folder, "cp_sent_ru");
  const words = ["train", "replay", "prompt", "copied", "plain", "nowhere"];
  const items = words.map((word) => item(seen(15, word)));
  mkdirSync(data);
  writeFileSync(path.join(data, "test.jsonl"), items.join(""));
  const text = (word: string): string => write(`${word}.txt`, `Начало. ${seen(15, word)}. Конец.\n`);
  const prompts = write("prompts.jsonl", `${JSON.stringify({ prompt: seen(15, "prompt") })}\n`);
  const recipe = loadRecipe(path.join(packageRoot(), "recipes", "tiny-extended.yaml"), [
    `corpus.train=[${text("train")}]`,
    `pretraining.replay.corpus.files=[${text("replay")}]`,
    `calibration.prompts=[${prompts}]`,
    `calibration.copy_task.corpus.files=[${text("copied")}]`,
    `calibration.plain_text.corpus.files=[${text("plain")}]`,
    `benchmark.data=${folder}`,
    "benchmark.tasks=[cp_sent_ru]",
  ]);
  assert.equal((await trainingFiles(recipe)).length, 5);
  const context = { recipe, models: { base: "" }, folder, progress: () => {}, signal: new AbortController().signal };
  const work = path.join(folder, "work");
  const rows = await overlapOfRows(context, work);
  const found = Object.fromEntries(
    Object.entries(rows).map(([row, { tasks }]) => [row, tasks.cp_sent_ru!.overlapping]),
  );
  const learned = ["0", "1"];
  const tuned = ["2", "3", "4"];
  assert.deepEqual(found, {
    adapted: learned,
    propagated: learned,
    swap: learned,
    overlap: learned,
    calibrated: [...learned, ...tuned],
    "control-initialised": tuned,
    "control-original": tuned,
  });
  assert.equal(rows.adapted!.corpus_sha256, rows.propagated!.corpus_sha256);
  assert.notEqual(rows.adapted!.corpus_sha256, rows.calibrated!.corpus_sha256);

  // A killed run finds what was read through, and does not read it again.
  assert.equal(readdirSync(work).length, 2);
  for (const file of ["train.txt", "prompts.jsonl"]) rmSync(path.join(folder, file));
  assert.deepEqual(await overlapOfRows(context, work), rows);
});

test("a recipe that only pretrains has no calibration text", async () => {
  const recipe = loadRecipe(path.join(packageRoot(), "recipes", "tiny-extended.yaml"));
  const texts = trainingTexts.calibration({ ...recipe, calibration: undefined });
  for await (const text of texts) assert.fail(text);
});
