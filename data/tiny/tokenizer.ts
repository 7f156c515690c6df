/**
 * The tiny models' tokenizer: byte-level BPE of English text, and the Cyrillic letters one by one, so that it treats
 * Russian as tokenizers that were made for English do. Pre-tokenizer, special tokens and chat format are LLaMa-3's.
 */
import path from "node:path";
import { writeFileAtomic } from "../../src/atomic-output.js";
import { byteLevelJson } from "../../src/tokenizer/formats/byte-level-json.js";
import { byteLevelDecoder, byteLevelPreTokenizer, llama3Pattern } from "../../src/tokenizer/formats/patterns.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { startFromBytes } from "../../src/vocabulary/bpe-alphabet.js";
import { specialFlags } from "../../src/vocabulary/special-tokens.js";
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
  const parts = {
    normalizer: null,
    pre_tokenizer: byteLevelPreTokenizer([llama3Pattern]),
    decoder: byteLevelDecoder,
    added_tokens: [],
  };
  const bare = parseTokenizerJson({ ...parts, model: { type: "BPE", vocab: { a: 0 }, merges: [] } }, "tiny tokenizer");
  const words = await countWords(texts, cuttingPartsOf(bare));
  const { tokens, merges } = trainBpe(startFromBytes(words, letters), { size: ordinaryTokens });
  const special = Object.values(specialTokens).map((content, i) => ({
    id: tokens.length + i,
    content,
    ...specialFlags,
  }));
  const write = (name: string, content: unknown): void =>
    writeFileAtomic(path.join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
  write(
    "tokenizer.json",
    byteLevelJson({
      addedTokens: special,
      patterns: [llama3Pattern],
      postProcessor: postProcessor(special[0]!.id),
      ignoreMerges: true,
      vocabulary: tokens.map((token, id) => [token, id] as const),
      merges: merges.map(([left, right]) => `${left} ${right}`),
    }),
  );
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
