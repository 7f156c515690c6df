/** Tokenizers without tokens of text, to train on: what both sides take their pre-tokenizer from. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../src/package-root.js";

/** Bytes, with the pattern of LLaMa-3; ships with lep. */
export const byteLevelBase = path.join(packageRoot(), "tokenizers", "byte-level");

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);

/** Words behind "▁", as SentencePiece has them: the pre-tokenizer that the npm binding trains with on request. */
export function writeMetaspaceBase(folder: string): string {
  const metaspace = { type: "Metaspace", replacement: "\u2581", prepend_scheme: "always", split: true };
  const tokens = ["<unk>", "<s>", "</s>", ...bytes];
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: tokens.slice(0, 3).map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: metaspace,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "\u2581" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "tokenizer.json"), `${JSON.stringify(json, null, 1)}\n`);
  return folder;
}
