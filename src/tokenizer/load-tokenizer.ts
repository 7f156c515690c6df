/** Loads a tokenizer, whatever its format, into the `Tokenizer` that the stages use. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { TokenizerError } from "../errors.js";
import { createTokenizer } from "./create-tokenizer.js";
import { readGgufTokenizer } from "./formats/gguf-tokenizer.js";
import { parseSentencePieceModel } from "./formats/sentencepiece-model.js";
import { sentencePieceTokenizer } from "./formats/sentencepiece-tokenizer.js";
import { looksLikeTiktoken, parseTiktoken } from "./formats/tiktoken-file.js";
import { withTokensBeside } from "./formats/tokens-beside.js";
import type { Tokenizer } from "./tokenizer.js";
import { readTokenizerJson, type TokenizerJson } from "./tokenizer-json.js";
import { tokenizerRoles } from "./tokenizer-roles.js";

/**
 * `place`: a folder with tokenizer.json or tokenizer.model (the first wins), either file itself, a .tiktoken or a .gguf.
 * In a folder, tokenizer_config.json, chat_template.jinja and generation_config.json say which ids begin and end a text.
 * Throws `TokenizerError` naming file and entry.
 */
export async function loadTokenizer(place: string): Promise<Tokenizer> {
  const json = readTokenizer(place);
  return createTokenizer(json, tokenizerRoles(json, rolesFolder(place)), place);
}

/** Vocabulary, merges and components of the tokenizer at `place`, checked. Throws `TokenizerError` naming file and entry. */
export function readTokenizer(place: string): TokenizerJson {
  const file = findTokenizerFile(place);
  switch (tokenizerFormat(file)) {
    case "json":
      return readTokenizerJson(file);
    case "gguf":
      return readGgufTokenizer(file);
    case "sentencepiece":
      return withTokensBeside(
        sentencePieceTokenizer(parseSentencePieceModel(readFile(file), file), file),
        path.dirname(file),
      );
    case "tiktoken":
      return withTokensBeside(parseTiktoken(readFile(file), file), path.dirname(file));
  }
}

/**
 * The folder whose files name the roles of the tokenizer at `place`: the folder itself, or what a format that cannot name
 * special tokens (.tiktoken) lies in.
 */
export function rolesFolder(place: string): string | undefined {
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place;
  return tokenizerFormat(place) === "tiktoken" ? path.dirname(place) : undefined;
}

export type TokenizerFormat = "json" | "sentencepiece" | "tiktoken" | "gguf";

/** By name and, since LLaMa-3's tokenizer.model is a tiktoken file, by content. Throws `TokenizerError`. */
export function tokenizerFormat(file: string): TokenizerFormat {
  const extension = path.extname(file);
  if (extension === ".json") return "json";
  const start = firstBytes(file);
  if (extension === ".gguf" || start.subarray(0, 4).toString("latin1") === "GGUF") return "gguf";
  if (extension === ".tiktoken" || looksLikeTiktoken(start)) return "tiktoken";
  return extension === ".model" ? "sentencepiece" : "json";
}

/** The file that `place` (a folder or a file) means. Throws `TokenizerError`. */
export function findTokenizerFile(place: string): string {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) throw new TokenizerError("tokenizer.not_found", `${place}: there is no such file or folder`);
  if (!stats.isDirectory()) return place;
  for (const name of ["tokenizer.json", "tokenizer.model"]) {
    const file = path.join(place, name);
    if (existsSync(file)) return file;
  }
  const [name, ...others] = readdirSync(place).filter((entry) => entry.endsWith(".tiktoken"));
  if (name !== undefined && others.length === 0) return path.join(place, name);
  throw new TokenizerError(
    "tokenizer.not_found",
    `${place}: there is no tokenizer.json and no tokenizer.model in this folder`,
  );
}

const unreadable = (file: string, cause: unknown): TokenizerError =>
  new TokenizerError("tokenizer.unreadable", `${file}: the tokenizer cannot be read`, { cause });

function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function firstBytes(file: string): Buffer {
  try {
    const handle = openSync(file, "r");
    try {
      const bytes = Buffer.alloc(4096);
      return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
