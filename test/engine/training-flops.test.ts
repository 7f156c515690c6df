import assert from "node:assert/strict";
import { test } from "node:test";
import { type TrainingOptions, targetModules } from "../../src/engine/engine.js";
import { parameterLayout, type Trained } from "../../src/engine/parameter-layout.js";
import { trainingFlops } from "../../src/engine/training-flops.js";
import { parseModelConfig } from "../../src/model/config.js";

// Counted by hand: width 4, feed-forward 6, 3 heads of 2, 1 key-value head, 2 layers, vocabulary 10.
// q 6·4 = 24, k and v 2·4 = 8 each, o 4·6 = 24, gate, up and down 24 each: 136 a layer, 272 in all; head 40.
const raw = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 4,
  intermediate_size: 6,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  num_key_value_heads: 1,
  head_dim: 2,
  vocab_size: 10,
};
// 3 blocks of 5 positions: 15 positions, 3 · (1 + 2 + 3 + 4 + 5) = 45 pairs a layer.
const shape = { blocks: 3, blockLength: 5 };
const linear = 2 * 15 * 272;
const head = 2 * 15 * 40;
// Two products of 2 · 2 operations a pair and head: 8, 3 heads, 45 pairs, 2 layers.
const attention = 8 * 3 * 45 * 2;

interface Case {
  trained: Partial<Trained>;
  tied?: boolean;
  rows?: number;
  options?: Pick<TrainingOptions, "activation_checkpointing">;
}

function flops({ trained, tied = false, rows = 10, options = { activation_checkpointing: false } }: Case): number {
  const config = parseModelConfig({ ...raw, tie_word_embeddings: tied }, "config.json");
  const full: Trained = {
    trainable: "embeddings",
    tables: ["input", "head"],
    lora: { rank: 2, target_modules: targetModules },
    ...trained,
  };
  return trainingFlops(config, parameterLayout(config, full, [{ first: 0, end: rows }]), options, shape);
}

test("full: three forwards", () => {
  assert.equal(flops({ trained: { trainable: "full" } }), 3 * (linear + attention + head));
});

test("embeddings: the blocks' weights cost no gradient, the input embedding no product", () => {
  const both = 2 * linear + 3 * attention + 3 * head;
  assert.equal(flops({ trained: {} }), both);
  assert.equal(flops({ trained: {}, tied: true }), both);
  assert.equal(flops({ trained: { tables: ["input"] } }), both - head);
  // Of 4 of 10 rows the gradient costs 4 tenths.
  assert.equal(flops({ trained: {}, rows: 4 }), both - 0.6 * head);
});

test("the head alone: nothing flows back through the blocks", () => {
  assert.equal(flops({ trained: { tables: ["head"] } }), linear + attention + 2 * head);
  const again = { activation_checkpointing: true };
  assert.equal(flops({ trained: { tables: ["head"] }, options: again }), linear + attention + 2 * head);
});

test("lora: adapters cost what trained maps cost", () => {
  // Rank 2 on q (6 × 4) and down (4 × 6): 2 · (6 + 4) each, in two layers 80 numbers.
  const adapters = 2 * 15 * 80;
  const lora = { trainable: "lora", tables: [], lora: { rank: 2, target_modules: ["q_proj", "down_proj"] } } as const;
  const expected = 2 * linear + 3 * attention + 2 * head + 3 * adapters;
  assert.equal(flops({ trained: lora }), expected);
  assert.equal(flops({ trained: { ...lora, tables: ["head"] } }), expected + head);
});

test("activation checkpointing: the blocks once more", () => {
  const options = { activation_checkpointing: true };
  assert.equal(flops({ trained: { trainable: "full" }, options }), 4 * (linear + attention) + 3 * head);
});

test("a sliding window sees no further than itself", () => {
  const config = { ...parseModelConfig(raw, "config.json"), sliding_windows: [2, null] };
  const layout = parameterLayout(config, { trainable: "full", tables: [], lora: { rank: 1, target_modules: [] } }, [
    { first: 0, end: 10 },
  ]);
  // In the first layer 1 + 2 + 2 + 2 + 2 = 9 pairs a block instead of 15.
  const pairs = 3 * (9 + 15);
  assert.equal(
    trainingFlops(config, layout, { activation_checkpointing: false }, shape),
    3 * (linear + head + 8 * 3 * pairs),
  );
});
