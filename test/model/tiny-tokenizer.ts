/** A byte-level BPE tokenizer.json with LLaMa-3's pattern and special tokens, small enough to read. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const specials = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"];

export const llama3Pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** GPT-2's printable letters for bytes, written out anew here: the tests must not lean on the code under test. */
function byteLetters(): string[] {
  const letters: string[] = [];
  let spare = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    letters.push(String.fromCodePoint(printable ? byte : spare++));
  }
  return letters;
}

const letters = byteLetters();
const spelled = (text: string): string[] => [...Buffer.from(text)].map((byte) => letters[byte]!);

export interface TinyTokenizerOptions {
  /** Words that become tokens, each merged from left to right. */
  words?: string[];
  pattern?: string;
  ignoreMerges?: boolean;
  /** Added tokens that are not special. */
  added?: string[];
}

/** Merges of a word are made left to right, so a prefix of it is a token as well. */
export function tinyTokenizer(options: TinyTokenizerOptions = {}): Record<string, unknown> {
  const {
    words = ["the", " the", "при", " при", " word", "\n\n", "12"],
    pattern = llama3Pattern,
    added = [],
  } = options;
  const vocab: Record<string, number> = {};
  for (const letter of letters) vocab[letter] = Object.keys(vocab).length;
  const merges: string[] = [];
  for (const word of words) {
    const [first, ...rest] = spelled(word);
    let left = first!;
    for (const right of rest) {
      if (vocab[left + right] === undefined) {
        vocab[left + right] = Object.keys(vocab).length;
        merges.push(`${left} ${right}`);
      }
      left += right;
    }
  }
  const size = Object.keys(vocab).length;
  const addedTokens = [...specials, ...added].map((content, i) => ({
    id: size + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: specials.includes(content),
  }));
  const bos = specials[0]!;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { [bos]: { id: bos, ids: [size], tokens: [bos] } },
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: options.ignoreMerges ?? true,
      vocab,
      merges,
    },
  };
}

/** Writes tokenizer.json and tokenizer_config.json; gives the number of ids. */
export function writeTinyTokenizer(folder: string, json: Record<string, unknown> = tinyTokenizer()): number {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "tokenizer.json"), JSON.stringify(json));
  const config = {
    bos_token: "<|begin_of_text|>",
    eos_token: "<|eot_id|>",
    chat_template: "{{ messages[0].content }}",
  };
  writeFileSync(path.join(folder, "tokenizer_config.json"), JSON.stringify(config));
  const { vocab } = json.model as { vocab: Record<string, number> };
  return Object.keys(vocab).length + (json.added_tokens as unknown[]).length;
}
