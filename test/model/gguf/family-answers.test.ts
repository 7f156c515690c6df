/** llama.cpp, from an f32 GGUF of ours, against the formulas in float64 (reference-forward.ts): each checks the other. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import type { LanguageModel } from "../../../src/inference/language-model.js";
import { logSumExp } from "../../../src/inference/log-softmax.js";
import { openLanguageModel } from "../../../src/inference/open-language-model.js";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import type { ModelConfig } from "../../../src/model/config.js";
import { exactContext } from "../../../src/model/gguf/exact-context.js";
import { exportGguf } from "../../../src/model/gguf/export-gguf.js";
import { type FamilyVariant, familyVariants, window, writeFamilyModel } from "../family-configs.js";
import { readWeights, referenceLogits } from "../reference-forward.js";
import { temporaryFolder } from "../temporary-folder.js";
import { writeTinyTokenizer } from "../tiny-tokenizer.js";

const root = temporaryFolder();
const tokens = [90, 3, 260, 17, 44, 255, 9, 120, 91, 91, 200, 31, 8, 64, 150, 2];

interface Opened {
  config: ModelConfig;
  weights: Map<string, Float32Array>;
  model: LanguageModel;
}

async function open(variant: FamilyVariant): Promise<Opened> {
  const folder = path.join(root, variant.replace(/\W+/g, "-"));
  writeTinyTokenizer(folder);
  const checkpoint = openCheckpoint(writeFamilyModel(folder, variant));
  const { config } = checkpoint;
  const weights = readWeights(checkpoint);
  checkpoint.close();
  const out = path.join(folder, "model.gguf");
  await exportGguf({ model: folder, out, type: "f32" });
  return { config, weights, model: await openLanguageModel(out, { device: "cpu", threads: 1, contextLength: 64 }) };
}

/** Largest difference of the log-probability of any token after each position: logits, but for one number a position. */
async function differences({ config, weights, model }: Opened): Promise<number[]> {
  const continuations = Array.from({ length: config.vocab_size }, (_, id) => [id]);
  const found = await model.score(tokens.map((_, t) => ({ prompt: tokens.slice(0, t + 1), continuations })));
  return referenceLogits(config, weights, tokens).map((logits, t) => {
    const total = logSumExp(Float32Array.from(logits));
    return Math.max(...logits.map((logit, id) => Math.abs(logit - total - found[t]![id]![0]!)));
  });
}

// llama.cpp has no place for a bias of Qwen3's o_proj, see gguf-architecture.test.ts.
for (const variant of familyVariants.filter((name) => name !== "qwen3, biases")) {
  const slides = variant.includes("sliding");
  test(`${variant}: llama.cpp answers as the formulas do${slides ? " up to the window, which it does not know" : ""}`, async () => {
    const opened = await open(variant);
    try {
      const worst = await differences(opened);
      const exact = exactContext(opened.config);
      assert.equal(exact, slides ? window : opened.config.max_position_embeddings);
      assert.ok(Math.max(...worst.slice(0, exact)) < 1e-4, worst.join(" "));
      if (slides) assert.ok(Math.max(...worst.slice(exact)) > 0.1, "should llama.cpp learn windows, drop exactContext");
    } finally {
      await opened.model.dispose();
    }
  });
}

test("greedy answers are those of the formulas", async () => {
  for (const variant of ["mistral", "qwen2, tied", "qwen3"] as const) {
    const { config, weights, model } = await open(variant);
    try {
      const [answer] = await model.generate([{ prompt: tokens, maxTokens: 4, stopIds: [] }]);
      const context = [...tokens];
      for (const id of answer!.tokens) {
        const logits = referenceLogits(config, weights, context).at(-1)!;
        assert.equal(id, logits.indexOf(Math.max(...logits)), variant);
        context.push(id);
      }
      assert.equal(answer!.tokens.length, 4);
    } finally {
      await model.dispose();
    }
  }
});
