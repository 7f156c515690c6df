/** Models of LLaMa-3-8B's shapes with random weights; base and adapted hold embedding and head only. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseModelConfig } from "../../src/model/config.js";
import { embeddingName, headName, tensorShapes } from "../../src/model/tensor-names.js";
import { writeCheckpoint } from "../../src/model/write-checkpoint.js";
import { createRandom } from "../../src/random.js";
import { byteAlphabet } from "../../src/tokenizer/byte-level.js";

const tokens = 128_000;
const added = 256;

const configOf = (layers: number): Record<string, unknown> => ({
  ...{ architectures: ["LlamaForCausalLM"], model_type: "llama", torch_dtype: "bfloat16" },
  ...{ hidden_size: 4096, intermediate_size: 14_336, num_hidden_layers: layers },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, vocab_size: tokens + added },
  ...{
    tie_word_embeddings: false,
    rope_theta: 500_000,
    rms_norm_eps: 1e-5,
    bos_token_id: tokens,
    eos_token_id: tokens + 1,
  },
});

/** Writes the folder `base`, `instruct` or `adapted`. */
export function writeLlama3Model(folder: string, role: "base" | "instruct" | "adapted", layers: number): void {
  const config = configOf(layers);
  const seed = { base: 1, instruct: 2, adapted: 3 }[role];
  const names = [...tensorShapes(parseModelConfig(config, folder))].filter(
    ([name]) => role === "instruct" || name === embeddingName || name === headName,
  );
  writeCheckpoint(
    folder,
    config,
    names.map(([name, shape], i) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return { name, shape, dtype: "BF16" as const, pieces: () => numbers(1000 * seed + i, size) };
    }),
  );
  writeTokenizer(folder, role === "adapted");
}

// One row of random numbers over and over; its length is a prime, so that no two rows of a matrix are equal.
const period = 1_000_003;

function* numbers(seed: number, size: number): Iterable<Float32Array> {
  const random = createRandom(seed);
  const row = Float32Array.from({ length: period }, () => 0.02 * random.normal());
  for (let left = size; left > 0; left -= period) yield row.subarray(0, Math.min(period, left));
}

/** Byte-level BPE with every pair of bytes, and triples from one end of the alphabet or, `adapted`, from the other. */
function writeTokenizer(folder: string, adapted: boolean): void {
  mkdirSync(folder, { recursive: true });
  const alphabet = [...byteAlphabet];
  const vocab = new Map<string, number>(alphabet.map((token, id) => [token, id]));
  const merges: string[] = [];
  const add = (left: string, right: string): void => {
    if (vocab.size === tokens || vocab.has(left + right)) return;
    vocab.set(left + right, vocab.size);
    merges.push(`${left} ${right}`);
  };
  for (const a of alphabet) for (const b of alphabet) add(a, b);
  const thirds = adapted ? [...alphabet].reverse() : alphabet;
  for (const c of thirds) for (const a of alphabet) for (const b of alphabet) add(a + b, c);
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const tokenizer = {
    ...{ version: "1.0", truncation: null, padding: null, normalizer: null, post_processor: null },
    added_tokens: Array.from({ length: added }, (_, i) => ({
      id: tokens + i,
      content: `<|special_${i}|>`,
      ...special,
    })),
    ...{ pre_tokenizer: level, decoder: level },
    model: {
      ...{ type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: true, vocab: Object.fromEntries(vocab), merges },
    },
  };
  writeFileSync(path.join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
}
