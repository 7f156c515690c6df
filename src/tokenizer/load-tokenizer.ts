/** Loads a tokenizer into the `Tokenizer` that the stages use. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { TokenizerError } from "../errors.js";
import { createTokenizer } from "./create-tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";
import { readTokenizerJson, type TokenizerJson } from "./tokenizer-json.js";
import { tokenizerRoles } from "./tokenizer-roles.js";

/**
 * `place`: a folder with tokenizer.json, or such a file itself. In a folder, tokenizer_config.json,
 * chat_template.jinja and generation_config.json say which ids begin and end a text.
 * Throws `TokenizerError` naming file and entry.
 */
export async function loadTokenizer(place: string): Promise<Tokenizer> {
  const json = readTokenizer(place);
  return createTokenizer(json, tokenizerRoles(json, statSync(place).isDirectory() ? place : undefined), place);
}

/** Vocabulary, merges and components of the tokenizer at `place`, checked. Throws `TokenizerError` naming file and entry. */
export function readTokenizer(place: string): TokenizerJson {
  return readTokenizerJson(findTokenizerFile(place));
}

const otherFormats = [".model", ".tiktoken", ".gguf"];

/** The tokenizer.json that `place` (a folder or the file) means. Throws `TokenizerError`. */
function findTokenizerFile(place: string): string {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) throw new TokenizerError("tokenizer.not_found", `${place}: there is no such file or folder`);
  if (!stats.isDirectory()) {
    if (otherFormats.includes(path.extname(place))) throw unsupported(place);
    return place;
  }
  const file = path.join(place, "tokenizer.json");
  if (existsSync(file)) return file;
  const model = path.join(place, "tokenizer.model");
  if (existsSync(model)) throw unsupported(model);
  throw new TokenizerError("tokenizer.not_found", `${place}: there is no tokenizer.json in this folder`);
}

const unsupported = (file: string): TokenizerError =>
  new TokenizerError(
    "tokenizer.unsupported_format",
    `${file}: ${path.extname(file)} tokenizers are not supported yet`,
    {
      hint: "Use the tokenizer.json of the same tokenizer.",
    },
  );
