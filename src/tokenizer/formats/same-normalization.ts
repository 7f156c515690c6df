import { charsmapOf, componentsOf } from "../tokenizer-components.js";
import type { TokenizerJson } from "../tokenizer-json.js";
import { normalizeGraphemes, normalizeText } from "./precompiled-charsmap.js";

/**
 * Whether Hugging Face's `Precompiled` gives what SentencePiece (and llama.cpp) makes of a text: it goes its own way with
 * some combining marks, so that no tokenizer.json with such a table can give SentencePiece's ids there.
 */
export function sameNormalization(json: TokenizerJson): (text: string) => boolean {
  const tables = componentsOf(json.normalizer)
    .filter(({ type }) => type === "Precompiled")
    .map((part) => charsmapOf(part, `${json.source}: normalizer`));
  return (text) => tables.every((table) => normalizeText(table, text) === normalizeGraphemes(table, text));
}
