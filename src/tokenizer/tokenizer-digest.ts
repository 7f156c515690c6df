import { existsSync } from "node:fs";
import path from "node:path";
import { sha256, sha256File } from "../sha256.js";
import { findTokenizerFile } from "./load-tokenizer.js";

/** Files that may say more about ids than the tokenizer's own: added tokens, and which tokens frame a text. */
const besides = ["added_tokens.json", "generation_config.json", "special_tokens_map.json", "tokenizer_config.json"];

/**
 * Hex SHA-256 of what the ids of the tokenizer at `place` (a folder or a file) depend on; a model's weights in the same
 * folder do not count, nor does where it lies. Throws `TokenizerError` where there is none.
 */
export function tokenizerDigest(place: string): string {
  const file = findTokenizerFile(place);
  const further = besides
    .map((name): [string, string] => [name, path.join(path.dirname(file), name)])
    .filter(([, beside]) => beside !== file && existsSync(beside))
    .map(([name, beside]) => [name, sha256File(beside)]);
  return sha256(JSON.stringify([["tokenizer", sha256File(file)], ...further]));
}
