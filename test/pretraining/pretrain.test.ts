import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { pretrainingSchema } from "../../src/pretraining/options.js";
import { type PretrainJob, pretrain } from "../../src/pretraining/pretrain.js";
import { createRandom } from "../../src/random.js";
import { sha256File } from "../../src/sha256.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { writeTinyModel, writeTinyTokenizer } from "./tiny-model.js";

let folder: string;
const at = (name: string): string => path.join(folder, name);

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-pretrain-"));
  writeTinyModel(at("model"), { words: [" the", " кот", " спит"], padding: 3 });
  const random = createRandom(1);
  const words = ["кот", "спит", "дом", "the", "sleeps", "under"];
  const line = (): string => `${Array.from({ length: 8 }, () => words[random.below(words.length)]).join(" ")}.\n`;
  writeFileSync(at("train.txt"), Array.from({ length: 60 }, line).join(""));
  writeFileSync(at("validation.txt"), Array.from({ length: 10 }, line).join(""));
});
after(() => rmSync(folder, { recursive: true }));

const job = (name: string, options: object = {}): PretrainJob => ({
  model: at("model"),
  corpora: [{ name: "train", files: [at("train.txt")] }],
  validation: { files: [at("validation.txt")] },
  options: pretrainingSchema.parse({
    block_size: 48,
    blocks_per_step: 4,
    micro_batch: 2,
    steps: 12,
    learning_rate: 0.02,
    warmup_steps: 2,
    checkpoint_every: 5,
    precision: "f32",
    window_characters: 32,
    ...options,
  }),
  seed: 3,
  compute: { device: "cpu", threads: 1 },
  out: at(name),
  work: at(`${name}.work`),
});

const hashes = (name: string): Record<string, string> =>
  Object.fromEntries(readdirSync(at(name)).map((file) => [file, sha256File(path.join(at(name), file))]));

test("training lowers the loss and the bits per character; blocks and padding rows stay as they were", async () => {
  const summary = await pretrain(job("whole"));
  assert.ok(summary.loss.after < summary.loss.before - 0.5, JSON.stringify(summary));
  assert.ok(summary.bits_per_character!.after < summary.bits_per_character!.before - 0.5);
  assert.equal(summary.steps, 12);
  const { documents, characters, tokens, drawn, share } = summary.corpora.train!;
  assert.deepEqual([documents, drawn, share], [1, 48, 1]);
  assert.ok(characters > tokens && tokens > characters / 10);
  const lines = readFileSync(path.join(at("whole"), "training.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  assert.equal(lines.length, 12);
  assert.deepEqual(Object.keys(JSON.parse(lines[0]!)), ["step", "loss", "learning_rate", "gradient_norm", "tokens"]);
  const from = openCheckpoint(at("model"));
  const to = openCheckpoint(at("whole"));
  for (const name of from.tensors.keys()) {
    const frozen = !name.includes("embed_tokens") && !name.includes("lm_head");
    assert.equal(Buffer.compare(from.read(name), to.read(name)) === 0, frozen, name);
    if (frozen) continue;
    const rows = from.config.vocab_size;
    assert.deepEqual(to.readRows(name, rows - 3, 3), from.readRows(name, rows - 3, 3));
  }
  from.close();
  to.close();
  for (const file of ["tokenizer.json", "tokenizer_config.json", "generation_config.json", "config.json"]) {
    assert.ok(existsSync(path.join(at("whole"), file)), file);
  }
});

test("a training that was broken off continues and ends with the same bytes", async () => {
  if (!existsSync(at("whole"))) await pretrain(job("whole"));
  const controller = new AbortController();
  await assert.rejects(
    pretrain(
      job("broken"),
      (report) => {
        if (report.unit === "steps" && report.done === 8) controller.abort();
      },
      controller.signal,
    ),
  );
  assert.ok(!existsSync(at("broken")));
  const steps: number[] = [];
  await pretrain(job("broken"), (report) => report.unit === "steps" && steps.push(report.done));
  assert.ok(steps[0]! > 1, `continued with step ${steps[0]}`);
  assert.deepEqual(hashes("broken"), hashes("whole"));
});

test("a tokenizer larger than the model is refused before any work", async () => {
  writeTinyModel(at("large"), { words: [" the", " кот", " спит", " longword", " другое"] });
  await assert.rejects(pretrain({ ...job("never"), tokenizer: at("large") }), {
    name: "CheckpointError",
    code: "checkpoint.tokenizer_too_large",
  });
  assert.ok(!existsSync(at("never")));
});

test("other options find the text tokenised, and end with the bytes of a training from scratch", async () => {
  const tokens = at("shared-tokens");
  const written = (): number[] =>
    readdirSync(tokens)
      .filter((name) => name.endsWith(".tokens"))
      .map((name) => statSync(path.join(tokens, name)).mtimeMs);
  await pretrain({ ...job("first", { steps: 2 }), tokens });
  const before = written();
  assert.equal(before.length, 1);
  await pretrain({ ...job("second", { steps: 2, block_size: 32 }), tokens });
  assert.deepEqual(written(), before);
  await pretrain(job("scratch", { steps: 2, block_size: 32 }));
  assert.deepEqual(hashes("second"), hashes("scratch"));
});

test("with rows: new only the rows of new tokens are trained", async () => {
  writeTinyTokenizer(at("original"), [" the", " кот"]);
  const withoutOriginal = job("new-rows", { rows: "new" });
  await assert.rejects(() => pretrain(withoutOriginal), { code: "pretraining.no_original" });
  await pretrain({ ...withoutOriginal, original: at("original") });
  const original = await loadTokenizer(at("original"));
  const tokenizer = await loadTokenizer(at("model"));
  const [before, trained] = [openCheckpoint(at("model")), openCheckpoint(at("new-rows"))];
  const width = before.config.hidden_size;
  for (const name of ["model.embed_tokens.weight", "lm_head.weight"]) {
    const [a, b] = [before.readFloat32(name), trained.readFloat32(name)];
    const changed: string[] = [];
    for (let id = 0; id < before.config.vocab_size; id++) {
      const row = (values: Float32Array): string => values.subarray(id * width, (id + 1) * width).join();
      if (row(a) !== row(b)) changed.push(tokenizer.tokenOf(id)!);
    }
    const lacking = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id)!).filter(
      (token) => original.idOf(token) === undefined,
    );
    // Embedding rows change where the text has the token, rows of the head everywhere.
    assert.ok(changed.length > 0 && changed.every((token) => lacking.includes(token)), changed.join());
    if (name === "lm_head.weight") assert.deepEqual(changed, lacking);
  }
  before.close();
  trained.close();
});

test("replay is mixed in by its share, and rows: used leaves its tokens alone", async () => {
  writeFileSync(at("replay.txt"), Array.from({ length: 200 }, () => "QQ Z.\n\n").join(""));
  const replay = { corpus: { files: [at("replay.txt")], documents: "blank_lines" }, share: 0.2 };
  const { corpora } = await pretrain(job("replayed", { replay, rows: "used" }));
  // 0.2 of 12 steps of 4 blocks are 9.6.
  assert.equal(corpora.replay!.drawn, 10);
  assert.equal(corpora.train!.drawn, 38);
  const tokenizer = await loadTokenizer(at("model"));
  const [before, trained] = [openCheckpoint(at("model")), openCheckpoint(at("replayed"))];
  const width = before.config.hidden_size;
  const [a, b] = [before.readFloat32("lm_head.weight"), trained.readFloat32("lm_head.weight")];
  const changed = (text: string): boolean => {
    const id = tokenizer.idOf(text)!;
    return [...a.subarray(id * width, (id + 1) * width)].some((value, i) => value !== b[id * width + i]);
  };
  assert.deepEqual(["Q", "Z", ".", "\u0120the"].map(changed), [false, false, true, true]);
  before.close();
  trained.close();
});

/** Rates at which the held-out loss is lowest before the end. */
const restless = { learning_rate: 0.5, schedule: "constant", evaluate_every: 2, steps: 11 };
const records = (name: string): { step: number; validation?: { loss: number; bits_per_character: number } }[] =>
  readFileSync(path.join(at(name), "training.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("the held-out text is measured during the training, with the numbers of the measurement after it", async () => {
  const summary = await pretrain(job("measured", restless));
  const measured = records("measured").filter(({ validation }) => validation !== undefined);
  assert.deepEqual(
    measured.map(({ step }) => step),
    [2, 4, 6, 8, 10, 11],
  );
  const last = measured.at(-1)!.validation!;
  assert.deepEqual(summary.kept_validation, last);
  // The model is stored in float32, as it was trained.
  assert.ok(Math.abs(last.loss / summary.loss.after - 1) < 1e-5, `${last.loss} and ${summary.loss.after}`);
  assert.ok(Math.abs(last.bits_per_character / summary.bits_per_character!.after - 1) < 1e-5);
});

test("keep: best ends with the best held-out loss, broken off or not", async () => {
  const options = { ...restless, keep: "best" };
  const whole = await pretrain(job("best", options));
  const losses = records("best").flatMap(({ step, validation }) => (validation ? [{ step, ...validation }] : []));
  const best = losses.reduce((least, one) => (one.loss < least.loss ? one : least));
  assert.ok(best.step < 11, `step ${best.step} of ${JSON.stringify(losses)}`);
  assert.equal(whole.kept_step, best.step);
  assert.ok(Math.abs(best.loss / whole.loss.after - 1) < 1e-5);
  for (const stop of [best.step, 9]) {
    const controller = new AbortController();
    const onStep = (report: { unit: string; done: number }): void => {
      if (report.unit === "steps" && report.done === stop) controller.abort();
    };
    await assert.rejects(pretrain(job("best-broken", options), onStep, controller.signal));
    const summary = await pretrain(job("best-broken", options));
    assert.deepEqual(hashes("best-broken"), hashes("best"));
    assert.equal(summary.kept_step, best.step);
    rmSync(at("best-broken"), { recursive: true });
    rmSync(at("best-broken.work"), { recursive: true });
  }
});

test("to measure without held-out text is refused before any work", async () => {
  const { validation: _, ...blind } = job("blind", { evaluate_every: 5 });
  await assert.rejects(pretrain(blind), { name: "RecipeError", code: "pretraining.no_validation", exitCode: 2 });
  assert.ok(!existsSync(at("blind.work")));
});
