/**
 * What a tokenizer.json says of marks rather than of text: which tokens the post-processor puts around a text, and how added
 * tokens are found in one. Instruct models differ there from the base that the vocabulary was made of.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { formatTokenizerJson } from "../tokenizer/format-tokenizer-json.js";
import { readTokenizer } from "../tokenizer/load-tokenizer.js";
import type { AddedToken } from "../tokenizer/tokenizer-json.js";
import { readOptionalJson, writeJson } from "./write-instruct-tokenizer.js";

/**
 * Gives the tokenizer in the folder `to` the post-processor of the folder `instruct`, its ids those of the same tokens, and its
 * flags of the added tokens that both have; an ordinary token that is an added one there becomes one. Throws `TokenizerError` where the post-processor names a token that `to` lacks.
 */
export function carryMarks(instruct: string, to: string): void {
  const own = readTokenizer(to);
  const carried = readTokenizer(instruct);
  const tokens = new Map(own.addedTokens.map((token) => [token.content, token]));
  for (const token of carried.addedTokens) {
    const id = tokens.get(token.content)?.id ?? own.vocabulary.get(token.content);
    if (id !== undefined) tokens.set(token.content, { ...token, id });
  }
  const addedTokens: AddedToken[] = [...tokens.values()];
  const raw = { ...own.raw, post_processor: carried.raw.post_processor ?? null };
  writeFileSync(path.join(to, "tokenizer.json"), formatTokenizerJson({ ...own, raw }, { ...own, addedTokens }));
  const file = path.join(to, "tokenizer_config.json");
  const config = readOptionalJson(file);
  if (config?.added_tokens_decoder === undefined) return;
  const decoder = Object.fromEntries(addedTokens.map(({ id, ...token }) => [String(id), token]));
  writeJson(file, { ...config, added_tokens_decoder: decoder });
}
