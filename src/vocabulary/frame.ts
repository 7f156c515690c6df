import path from "node:path";
import { packageRoot } from "../package-root.js";
import { readTokenizer } from "../tokenizer/load-tokenizer.js";
import { tokenFormOf } from "../tokenizer/token-form.js";
import type { TokenizerJson } from "../tokenizer/tokenizer-json.js";

const templates = { byte_level: "byte-level", sentencepiece: "sentencepiece-bpe" } as const;

/** The tokenizer whose normaliser, pre-tokenizer and decoder a new BPE vocabulary is used with: the base's, or a template of the style. */
export function frameFor(base: TokenizerJson, style: keyof typeof templates | undefined): TokenizerJson {
  const same = base.modelType === "BPE" && (style === undefined || tokenFormOf(base).name === style);
  return same ? base : readTokenizer(path.join(packageRoot(), "tokenizers", templates[style ?? "sentencepiece"]));
}
