import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { byteAlphabet, tokenOfText } from "../../src/tokenizer/byte-level.js";

const pattern =
  "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/**
 * Writes a tokenizer folder: byte-level BPE with the 256 bytes, the merges that spell `words` from the left, and `added`
 * tokens behind; `first` moves the ids, so that two tokenizers have the same tokens at different ids.
 */
export function writeSmallTokenizer(
  folder: string,
  {
    words,
    added,
    config = {},
    ignoreMerges = true,
  }: {
    words: string[];
    added: string[];
    config?: Record<string, unknown>;
    ignoreMerges?: boolean;
  },
): void {
  const vocabulary = new Map<string, number>(byteAlphabet.map((token, id) => [token, id]));
  const merges: string[] = [];
  for (const word of words) {
    const [first, ...rest] = tokenOfText(word);
    let token = first!;
    for (const symbol of rest) {
      const merged = token + symbol;
      if (!vocabulary.has(merged)) {
        merges.push(`${token} ${symbol}`);
        vocabulary.set(merged, vocabulary.size);
      }
      token = merged;
    }
  }
  const size = vocabulary.size;
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: unknown): void => writeFileSync(path.join(folder, name), JSON.stringify(value));
  write("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.map((content, i) => ({
      id: size + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
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
      ignore_merges: ignoreMerges,
      vocab: Object.fromEntries(vocabulary),
      merges,
    },
  });
  write("tokenizer_config.json", { tokenizer_class: "PreTrainedTokenizerFast", ...config });
  write("special_tokens_map.json", {});
}
