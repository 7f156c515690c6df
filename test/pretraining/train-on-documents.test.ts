/** What the engine is given to train on; an engine that only draws its blocks stands in for the real ones. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Engine, TrainingJob } from "../../src/engine/engine.js";
import { openTrainingData } from "../../src/engine/training-data.js";
import { pretrainingSchema } from "../../src/pretraining/options.js";
import { type DocumentTraining, trainWeights } from "../../src/pretraining/train-on-documents.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { writeTinyModel } from "./tiny-model.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-documents-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

let tokenizer: Tokenizer;
before(async () => {
  writeTinyModel(at("model"), { words: [" кот", " the"] });
  tokenizer = await loadTokenizer(at("model"));
  writeFileSync(at("ru.txt"), "кот спит.\n".repeat(200));
  writeFileSync(at("en.txt"), "QQ Z.\n".repeat(300));
});

/** Counts the inputs that it is given; each step has a loss of 1. */
function drawingEngine(): { engine: Engine; jobs: TrainingJob[]; inputs: Map<number, number> } {
  const jobs: TrainingJob[] = [];
  const inputs = new Map<number, number>();
  const engine: Engine = {
    async train(job, onStep) {
      jobs.push(job);
      const { steps } = job.options;
      const data = openTrainingData(job.data, tokenizer.size, job.options);
      for (let step = 1; step <= steps; step++) {
        let tokens = 0;
        for (const block of data.blocksOf(step).map((drawn) => drawn.read())) {
          for (const id of block.inputs) inputs.set(id, (inputs.get(id) ?? 0) + 1);
          tokens += block.weights.reduce((sum, weight) => sum + weight, 0);
        }
        const rates = { seconds: 1, tokens_per_second: tokens, share_of_peak: null };
        onStep?.({ step, steps, loss: 1, learning_rate: 0, gradient_norm: 0, tokens, ...rates });
      }
      data.close();
      mkdirSync(job.output, { recursive: true });
      const losses = new Array<number>(steps).fill(1);
      return { steps, tokens: 0, losses, kept_step: steps, validation: null, warnings: [], peak_mb: 1 };
    },
    evaluate: () => assert.fail("nothing is measured"),
    examine: () => assert.fail("no device is looked at"),
  };
  return { engine, jobs, inputs };
}

const job = (options: object, more: Partial<DocumentTraining> = {}): DocumentTraining => ({
  model: at("model"),
  tokenizer,
  corpora: [{ name: "ru", files: [at("ru.txt")], documents: "blank_lines" }],
  options: pretrainingSchema.parse({ block_size: 32, blocks_per_step: 4, steps: 25, ...options }),
  seed: 1,
  compute: { device: "cpu", threads: 1 },
  work: at("work"),
  ...more,
});

const replay = { corpus: { files: [at("en.txt")] }, share: 0.3 };

test("rows: used are those of the text and its marks; the replay is trained on in its share", async () => {
  const { engine, jobs, inputs } = drawingEngine();
  const { corpora } = await trainWeights(engine, job({ rows: "used", replay }));
  assert.deepEqual([corpora.ru!.drawn, corpora.replay!.drawn], [70, 30]);
  const rows = (token: string): boolean => {
    const id = tokenizer.idOf(token)!;
    return jobs[0]!.rows.some(({ first, end }) => first <= id && id < end);
  };
  assert.deepEqual(["Q", "Z", ".", "\u0120", "<|begin_of_text|>"].map(rows), [false, false, true, true, true]);
  // Q stands twice in six or seven tokens of the replay, and nowhere else.
  const share = inputs.get(tokenizer.idOf("Q")!)! / (30 * 32);
  assert.ok(share > 0.2 && share < 0.4, String(share));
});

test("another job finds its work folder empty but for the tokens, the same job finds it as it was", async () => {
  const { engine } = drawingEngine();
  await trainWeights(engine, job({}));
  writeFileSync(path.join(at("work"), "left"), "");
  await trainWeights(engine, job({}));
  assert.ok(readdirSync(at("work")).includes("left"));
  await trainWeights(engine, job({ steps: 26 }));
  const names = readdirSync(at("work"));
  assert.ok(!names.includes("left") && names.includes("tokens"));
});

test("corpora of other weights, or mixed otherwise, are another job", async () => {
  const { engine, jobs } = drawingEngine();
  const two = (weight: number) => [
    { name: "ru", files: [at("ru.txt")], weight },
    { name: "en", files: [at("en.txt")], weight: 1 },
  ];
  const sampling = { method: "weights", temperature: 2, max_repeats: 4 } as const;
  for (const weight of [1, 4]) {
    const { corpora } = await trainWeights(engine, job({}, { corpora: two(weight), sampling }));
    assert.deepEqual(
      Object.values(corpora).map(({ drawn }) => drawn),
      [100 * (weight / (weight + 1)), 100 / (weight + 1)],
    );
    assert.deepEqual(readdirSync(at("work")).includes("left"), false);
    writeFileSync(path.join(at("work"), "left"), "");
  }
  assert.equal(jobs.length, 2);
});
