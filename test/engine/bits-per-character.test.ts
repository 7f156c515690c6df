import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Documents } from "../../src/corpus/document.js";
import { bitsPerCharacter } from "../../src/engine/bits-per-character.js";
import type { Engine } from "../../src/engine/engine.js";
import { getEngine } from "../../src/engine/registry.js";
import { createSequencePacker } from "../../src/engine/sequence-packer.js";
import { cutWindows } from "../../src/engine/text-windows.js";
import { createTrainingSet, openTrainingSet } from "../../src/engine/training-set.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { byteTokenizer } from "./byte-tokenizer.js";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-windows-"));
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: 8,
    intermediate_size: 16,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    vocab_size: 259,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    max_position_embeddings: 64,
    tie_word_embeddings: false,
    bos_token_id: 256,
    eos_token_id: 257,
  };
  createRandomModel(folder, config, { seed: 1, dtype: "F32", embedding_std: 1 });
});
after(() => rmSync(folder, { recursive: true }));

async function* documents(...texts: string[]): Documents & AsyncGenerator {
  for (const [index, text] of texts.entries()) yield { text, source: "text.txt", index };
}

/** Gives every position the nll that `nll` says, by the set that it is given. */
function countingEngine(
  nll: (input: number, target: number) => number,
  seen: { lengths: number[]; inputs: number[][] },
): Engine {
  return {
    train: () => Promise.reject(new Error("not here")),
    examine: () => Promise.reject(new Error("not here")),
    async evaluate({ data }) {
      const set = openTrainingSet(data);
      const block_losses: number[] = [];
      const block_weights: number[] = [];
      seen.lengths.push(set.blockLength);
      for (let b = 0; b < set.blocks; b++) {
        const { inputs, targets, weights } = set.read(b);
        seen.inputs.push([...inputs]);
        block_weights.push(weights.reduce((sum, weight) => sum + weight, 0));
        block_losses.push(weights.reduce((sum, weight, i) => sum + weight * nll(inputs[i]!, targets[i]!), 0));
      }
      set.close();
      return { block_losses, block_weights };
    },
  };
}

const compute = { device: "cpu", threads: 1 } as const;
const common = () => ({ model: folder, tokenizer: byteTokenizer(), compute, work: path.join(folder, "work") });

test("windows have so many code points, surrogate pairs stay whole, documents do not mix", async () => {
  const windows = await cutWindows(documents("аб😀вг😀", "", "xy"), 2);
  assert.deepEqual(
    windows.map((window) => [window.text, window.characters]),
    [
      ["аб", 2],
      ["😀в", 2],
      ["г😀", 2],
      ["xy", 2],
    ],
  );
});

test("a maximum of windows is spread over the whole text and does not depend on anything else", async () => {
  const text = Array.from({ length: 1000 }, (_, i) => String(i).padStart(4, "0")).join("");
  const windows = await cutWindows(documents(text), 4, 10);
  const places = windows.map((window) => Number(window.text));
  assert.equal(places.length, 10);
  assert.ok(places[0]! < 100 && places[9]! >= 850, `${places}`);
  const gaps = places.slice(1).map((place, i) => place - places[i]!);
  assert.ok(Math.max(...gaps) <= 2 * Math.min(...gaps), `${places}`);
});

test("Σ nll of all tokens, over characters: a model that gives every token 1/256 needs 8 bits a byte", async () => {
  const seen = { lengths: [], inputs: [] };
  const texts = ["слово", "and words", "х"];
  const result = await bitsPerCharacter(
    countingEngine(() => Math.log(256), seen),
    {
      ...common(),
      documents: documents(...texts),
      window_characters: 4,
    },
  );
  const characters = 15;
  const bytes = 2 * 6 + 9;
  assert.equal(result.characters, characters);
  assert.equal(result.bytes, bytes);
  assert.equal(result.tokens, bytes);
  assert.ok(Math.abs(result.bits_per_byte - 8) < 1e-12);
  assert.ok(Math.abs(result.bits_per_character - (8 * bytes) / characters) < 1e-12);
  assert.ok(Math.abs(result.perplexity - 256) < 1e-9);
  assert.deepEqual(readdirSync(path.join(folder, "work")), []);
});

test("each window starts behind the start token, and little padding is computed", async () => {
  const seen = { lengths: [] as number[], inputs: [] as number[][] };
  const result = await bitsPerCharacter(
    countingEngine(() => 1, seen),
    {
      ...common(),
      documents: documents("slept there ".repeat(30), "ложка и вилка ".repeat(20)),
      window_characters: 10,
    },
  );
  const starts = seen.inputs.flat().filter((id) => id === 256).length;
  assert.equal(starts, result.windows);
  const positions = seen.inputs.length * seen.lengths[0]!;
  assert.ok(result.tokens / positions > 0.85, `${result.tokens} of ${positions}`);
});

test("a tokenizer that loses text is refused with the place", async () => {
  const tokenizer = { ...byteTokenizer(), decode: async () => "слепо" };
  await assert.rejects(
    bitsPerCharacter(
      countingEngine(() => 1, { lengths: [], inputs: [] }),
      {
        ...common(),
        tokenizer,
        documents: documents("слово"),
        window_characters: 10,
      },
    ),
    { name: "TokenizerError", code: "tokenizer.lossy", message: /text\.txt, document 0.*"ово"/ },
  );
});

test("a window longer than the model's context, and no text at all, are said", async () => {
  const engine = countingEngine(() => 1, { lengths: [], inputs: [] });
  await assert.rejects(
    bitsPerCharacter(engine, { ...common(), documents: documents("щ".repeat(40)), window_characters: 40 }),
    { code: "engine.window_too_long", exitCode: 2 },
  );
  await assert.rejects(bitsPerCharacter(engine, { ...common(), documents: documents(""), window_characters: 40 }), {
    code: "corpus.empty",
  });
});

test("windows that share a block are predicted as if each were alone", async () => {
  const text = "slept there, ложка и вилка; ".repeat(6);
  let nats = 0;
  const windows = await cutWindows(documents(text, text.slice(7)), 10);
  for (const window of windows.slice(0, 8)) {
    const ids = [256, ...Buffer.from(window.text)];
    const data = path.join(folder, "alone.blocks");
    const set = createTrainingSet(data, ids.length - 1);
    const packer = createSequencePacker(ids.length - 1, (block) => set.append(block));
    packer.add(
      ids,
      ids.slice(1).map(() => 1),
    );
    packer.finish();
    set.finish();
    const alone = await getEngine().evaluate({ model: folder, data, precision: "f32", compute, micro_batch: 1 });
    nats += alone.block_losses[0]!;
  }
  const first = await bitsPerCharacter(getEngine(), {
    ...common(),
    documents: documents(
      windows
        .slice(0, 8)
        .map((window) => window.text)
        .join(""),
    ),
    window_characters: 10,
  });
  assert.ok(Math.abs(first.loss * first.tokens - nats) < 1e-5 * nats, `${first.loss * first.tokens} and ${nats}`);
});
