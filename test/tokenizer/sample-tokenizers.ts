/** Small tokenizer.json files for the tests of tokenizers and vocabularies. */
import path from "node:path";
import { packageRoot } from "../../src/package-root.js";
import { byteAlphabet } from "../../src/tokenizer/byte-level.js";

/** The shipped vocabulary of bytes and a chat's special tokens. */
export const byteLevelFolder = path.join(packageRoot(), "tokenizers", "byte-level");

export const llama3Pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };

export const splitBy = (pattern: string): Record<string, unknown> => ({
  type: "Sequence",
  pretokenizers: [{ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false }, byteLevel],
});

export const addedToken = (id: number, content: string): Record<string, unknown> => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

export interface SampleParts {
  tokens?: string[];
  merges?: unknown[];
  added?: Record<string, unknown>[];
  pre_tokenizer?: unknown;
  model?: Record<string, unknown>;
}

/** A byte-level BPE over the 256 bytes, then `tokens`. */
export function sampleJson(parts: SampleParts = {}): Record<string, unknown> {
  const tokens = [...[...byteAlphabet].sort(), ...(parts.tokens ?? [])];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: parts.added ?? [],
    normalizer: null,
    pre_tokenizer: parts.pre_tokenizer ?? splitBy(llama3Pattern),
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: parts.merges ?? [],
      ...parts.model,
    },
  };
}
