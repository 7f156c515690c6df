import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createRandomModel } from "../../src/model/random-model.js";
import { byteAlphabet, tokenOfText } from "../../src/tokenizer/byte-level.js";

export const specials = [
  "<|begin_of_text|>",
  "<|end_of_text|>",
  "<|start_header_id|>",
  "<|end_header_id|>",
  "<|eot_id|>",
];

const chatTemplate =
  "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n" +
  "{{ message['content'] | trim }}<|eot_id|>{% endfor %}" +
  "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}";

const pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/**
 * A byte-level BPE in LLaMa-3's manner: 256 bytes, a token for every prefix of `words`, then the special tokens.
 * Ids of the same bytes are the same in every tokenizer made here, ids of special tokens are not.
 */
export function writeTinyTokenizer(folder: string, words: readonly string[]): void {
  const vocabulary = new Map<string, number>();
  for (const character of byteAlphabet) vocabulary.set(character, vocabulary.size);
  const merges: [string, string][] = [];
  for (const word of words) {
    const units = [...tokenOfText(word)];
    let left = units[0]!;
    for (const right of units.slice(1)) {
      if (!vocabulary.has(left + right)) {
        merges.push([left, right]);
        vocabulary.set(left + right, vocabulary.size);
      }
      left += right;
    }
  }
  const added_tokens = specials.map((content, i) => ({
    id: vocabulary.size + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  mkdirSync(folder, { recursive: true });
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens,
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(vocabulary),
      merges,
    },
  };
  writeFileSync(path.join(folder, "tokenizer.json"), JSON.stringify(json));
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: "<|begin_of_text|>",
    eos_token: "<|end_of_text|>",
    chat_template: chatTemplate,
  };
  writeFileSync(path.join(folder, "tokenizer_config.json"), JSON.stringify(config));
  writeFileSync(
    path.join(folder, "special_tokens_map.json"),
    JSON.stringify({ bos_token: config.bos_token, eos_token: config.eos_token }),
  );
}

export interface TinyModelOptions {
  words: readonly string[];
  /** Rows beyond the tokenizer's size. */
  padding?: number;
  tied?: boolean;
  dtype?: "F32" | "BF16" | "F16";
  seed?: number;
}

/** A random Llama of some thousand parameters with its tokenizer. */
export function writeTinyModel(folder: string, options: TinyModelOptions): void {
  writeTinyTokenizer(folder, options.words);
  const size = 256 + newTokens(options.words) + specials.length;
  const bos = size - specials.length;
  const eos = [bos + 1, bos + 4];
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 8,
    vocab_size: size + (options.padding ?? 0),
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    max_position_embeddings: 512,
    tie_word_embeddings: options.tied ?? false,
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: bos,
    eos_token_id: eos,
    torch_dtype: "float32",
  };
  createRandomModel(folder, config, { seed: options.seed ?? 1, dtype: options.dtype ?? "F32" });
  writeFileSync(
    path.join(folder, "generation_config.json"),
    JSON.stringify({ bos_token_id: bos, eos_token_id: eos, do_sample: false }),
  );
}

function newTokens(words: readonly string[]): number {
  const prefixes = new Set<string>();
  for (const word of words) {
    const units = [...tokenOfText(word)];
    for (let length = 2; length <= units.length; length++) prefixes.add(units.slice(0, length).join(""));
  }
  return prefixes.size;
}
