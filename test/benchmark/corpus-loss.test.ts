import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { type EvaluateOptions, evaluate } from "../../src/benchmark/evaluate.js";
import { generationSpeed } from "../../src/benchmark/generation-speed.js";
import { readCorpus } from "../../src/corpus/read-corpus.js";
import { bitsPerCharacter } from "../../src/engine/bits-per-character.js";
import { getEngine } from "../../src/engine/registry.js";
import { LepError } from "../../src/errors.js";
import { exportGguf } from "../../src/model/gguf/export-gguf.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { writeTinyBenchmark } from "./tiny-benchmark.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-corpus-loss-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a text is measured as the training engine measures it, from a folder and from its GGUF", async () => {
  const model = path.join(folder, "model");
  const data = path.join(folder, "data");
  writeTinyBenchmark(model, data, 4);
  const text = path.join(folder, "text.txt");
  writeFileSync(text, "Дом стоит на море. Король видел море и мост. ".repeat(20));
  const corpus = { files: [text], window_characters: 60, max_windows: 9 };
  const options = (more: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
    ...{ model, data, name: "m", db: path.join(folder, "db.sqlite"), tasks: ["cp_sent_ru"], corpus },
    compute: { device: "cpu", threads: 1 },
    ...more,
  });
  const { measures } = await evaluate(options());
  // The engine's own forward pass, in ggml: another implementation of the model.
  const expected = await bitsPerCharacter(getEngine("ggml"), {
    ...{ model, tokenizer: await loadTokenizer(model), documents: readCorpus(corpus) },
    ...{
      window_characters: 60,
      max_windows: 9,
      compute: { device: "cpu", threads: 1 },
      work: path.join(folder, "work"),
    },
  });
  assert.ok(Math.abs(measures.bits_per_character! / expected.bits_per_character - 1) < 1e-5);
  assert.ok(Math.abs(measures.perplexity! / expected.perplexity - 1) < 1e-5);
  assert.equal(measures.symbols_per_token, expected.characters / expected.tokens);
  assert.ok(measures.characters_per_second! > 0 && measures.tokens_per_second! > 0);

  const gguf = path.join(folder, "model.gguf");
  await exportGguf({ model, out: gguf, type: "f32" });
  const fromFile = await evaluate(options({ model: gguf, name: "g" }));
  assert.equal(fromFile.measures.bits_per_character, measures.bits_per_character);
  assert.equal(fromFile.measures.symbols_per_token, measures.symbols_per_token);

  // The same text is not measured again, another one is.
  let asked = 0;
  assert.deepEqual((await evaluate(options(), () => asked++)).measures, measures);
  assert.equal(asked, 0);
  const shorter = await evaluate(options({ corpus: { ...corpus, max_windows: 3 } }), () => asked++);
  assert.ok(asked > 0 && shorter.measures.bits_per_character !== measures.bits_per_character);
  // Without a text: symbols per token of the items, nothing else of a text.
  const without = await evaluate(options({ corpus: undefined, db: path.join(folder, "without.sqlite") }));
  const names = ["characters_per_second", "symbols_per_token", "tokens_per_second"];
  assert.deepEqual(Object.keys(without.measures).sort(), names);
  await assert.rejects(
    evaluate(options({ corpus: { files: [text], window_characters: 100_000 }, db: path.join(folder, "long.sqlite") })),
    (error: unknown) => error instanceof LepError && error.code === "engine.window_too_long" && error.exitCode === 2,
  );
});

test("generation speed: only what was answered in words alone", () => {
  const words = { ask: "generate" as const, text: "дом 🏠", tokens: 3 };
  const choice = { ask: "letter" as const, choice: 0, logProbabilities: [0] };
  assert.deepEqual(
    generationSpeed([
      { answers: [words, words], seconds: 2 },
      { answers: [choice, words], seconds: 50 },
      { answers: [choice], seconds: 50 },
      { answers: [words], seconds: 0.5 },
    ]),
    { characters_per_second: 15 / 2.5, tokens_per_second: 9 / 2.5 },
  );
  assert.deepEqual(generationSpeed([{ answers: [choice], seconds: 1 }]), {});
});
