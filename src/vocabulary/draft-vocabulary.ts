import { createTokenizer } from "../tokenizer/create-tokenizer.js";
import { formatTokenizerJson } from "../tokenizer/format-tokenizer-json.js";
import { rolesFolder } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { parseTokenizerJson } from "../tokenizer/tokenizer-json.js";
import { tokenizerRoles } from "../tokenizer/tokenizer-roles.js";
import { type BuildVocabularyOptions, makeVocabulary } from "./build-vocabulary.js";

/** The vocabulary that `buildVocabulary` would write, in memory only. Throws as it does. */
export async function draftVocabulary(options: Omit<BuildVocabularyOptions, "out" | "compare">): Promise<Tokenizer> {
  const { place, base, made } = await makeVocabulary(options);
  const json = parseTokenizerJson(JSON.parse(formatTokenizerJson(base, made)), base.source);
  return createTokenizer(json, tokenizerRoles(json, rolesFolder(place)));
}
