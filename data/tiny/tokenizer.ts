/**
 * The tiny models' tokenizer: byte-level BPE of English text, and the Cyrillic letters one by one, so that it treats
 * Russian as tokenizers that were made for English do. Pre-tokenizer, special tokens and chat format are LLaMa-3's.
 */
import path from "node:path";
import { writeFileAtomic } from "../../src/atomic-output.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { startFromBytes } from "../../src/vocabulary/bpe-alphabet.js";
import { trainBpe } from "../../src/vocabulary/train-bpe.js";
import { cuttingPartsOf } from "../../src/vocabulary/training-cutter.js";
import { countWords } from "../../src/vocabulary/word-counts.js";

export const specialTokens = {
  bos: "<|begin_of_text|>",
  endOfText: "<|end_of_text|>",
  startHeader: "<|start_header_id|>",
  endHeader: "<|end_header_id|>",
  endOfTurn: "<|eot_id|>",
} as const;

/** Bytes, letters and merges; the special tokens come behind them. */
export const ordinaryTokens = 1800;

const pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const letters = [..."абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"];

const chatTemplate = [
  "{{ bos_token }}",
  "{% for message in messages %}",
  "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}",
  "{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
].join("");

/** Trains on English `texts` and writes the tokenizer's files into `folder`. */
export async function makeTokenizer(texts: AsyncIterable<string>, folder: string): Promise<void> {
  const parts = { normalizer: null, pre_tokenizer: preTokenizer, decoder, added_tokens: [] };
  const bare = parseTokenizerJson({ ...parts, model: { type: "BPE", vocab: { a: 0 }, merges: [] } }, "tiny tokenizer");
  const words = await countWords(texts, cuttingPartsOf(bare));
  const { tokens, merges } = trainBpe(startFromBytes(words, letters), { size: ordinaryTokens });
  const special = Object.values(specialTokens).map((content, i) => ({
    id: tokens.length + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const write = (name: string, content: unknown): void =>
    writeFileAtomic(path.join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
  write("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: preTokenizer,
    post_processor: postProcessor(special[0]!.id),
    decoder,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => `${left} ${right}`),
    },
  });
  write("tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: specialTokens.bos,
    eos_token: specialTokens.endOfTurn,
    clean_up_tokenization_spaces: false,
    model_max_length: 512,
    chat_template: chatTemplate,
  });
  write("special_tokens_map.json", { bos_token: specialTokens.bos, eos_token: specialTokens.endOfTurn });
}

const preTokenizer = {
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
    { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
};

const decoder = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };

const postProcessor = (bosId: number): unknown => {
  const { bos } = specialTokens;
  const begin = { SpecialToken: { id: bos, type_id: 0 } };
  return {
    type: "TemplateProcessing",
    single: [begin, { Sequence: { id: "A", type_id: 0 } }],
    pair: [begin, { Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { [bos]: { id: bos, ids: [bosId], tokens: [bos] } },
  };
};
