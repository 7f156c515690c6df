/** Tokenizer folders: written whole or not at all, and only after what was written has been loaded and tried. */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { refuseWorkingFolder, writeFolderAtomic } from "../atomic-output.js";
import { LepError, TokenizerError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { convertTokenizer } from "./convert-tokenizer.js";
import { createTokenizer } from "./create-tokenizer.js";
import { formatTokenizerJson, type NewVocabulary } from "./format-tokenizer-json.js";
import { isSentencePieceStyle } from "./formats/sentencepiece-form.js";
import { writeSentencePiece } from "./formats/write-sentencepiece.js";
import { findTokenizerFile, readTokenizer, tokenizerFormat } from "./load-tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";
import { componentsOf } from "./tokenizer-components.js";
import type { TokenizerJson } from "./tokenizer-json.js";
import { tokenContent, tokenizerRoles } from "./tokenizer-roles.js";

/** What vocabulary.json says about how a vocabulary came about. */
export interface VocabularyFacts {
  method: string;
  /** Ids in all, added tokens included. */
  size: number;
  /** Tokens of the original that are still there, new ones, and those that are gone. */
  kept: number;
  added: number;
  removed: number;
  /** Tokens of a text of the old language, and those that are cut otherwise now. */
  changed?: { tokens: number; changed: number };
}

/** Beside the tokenizer of a vocabulary whose ids moved: for whoever has rows of the old one to carry over. */
const rowMapFile = "row_map.json";

const rowMapText = (map: Int32Array): string =>
  `{"old_to_new": [${Array.from(map, (id) => (id < 0 ? "null" : id)).join(", ")}]}\n`;

/** Everything that belongs to a tokenizer in a model folder. */
const tokenizerFiles = [
  "tokenizer.json",
  "tokenizer.model",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "chat_template.jinja",
  "vocabulary.json",
];

/**
 * Makes the tokenizer of the folder `to` the one of `place`: a folder, or a tokenizer file by any name with what lies
 * beside it (a .gguf holds everything itself). Other formats become a tokenizer.json; a SentencePiece model is kept beside
 * it. Throws `TokenizerError` where there is none.
 */
export function copyTokenizerFiles(place: string, to: string): void {
  const file = findTokenizerFile(place);
  const format = tokenizerFormat(file);
  const sources = new Map(
    tokenizerFiles
      .map((name): [string, string] => [name, path.join(path.dirname(file), name)])
      .filter(([, source]) => format !== "gguf" && existsSync(source)),
  );
  if (format === "json") sources.set("tokenizer.json", file);
  else sources.delete("tokenizer.json");
  if (format === "sentencepiece") sources.set("tokenizer.model", file);
  if (format === "tiktoken") sources.delete("tokenizer.model");
  makeFolder(to);
  for (const name of tokenizerFiles) rmSync(path.join(to, name), { force: true });
  for (const [name, source] of sources) copyFileSync(source, path.join(to, name));
  if (format !== "json") convertTokenizer(place, to);
}

/**
 * Writes `out` (made, or replaced where it holds nothing but a tokenizer): tokenizer.json, tokenizer_config.json,
 * special_tokens_map.json, vocabulary.json, row_map.json where ids moved, tokenizer.model where SentencePiece can say the
 * same, and the chat template of `baseFolder`. Roles of special tokens are the base's.
 * Throws `TokenizerError`; then `out` is as it was.
 */
export async function writeTokenizerFolder(
  out: string,
  base: TokenizerJson,
  /** Folder of the base, where it is one. */
  baseFolder: string | undefined,
  changed: NewVocabulary,
  facts: VocabularyFacts,
  /** Old id → new id, -1 for tokens that are gone; written where ids moved. */
  rowMap?: Int32Array,
): Promise<void> {
  checkTokenizerFolder(out);
  try {
    await writeFolderAtomic(path.resolve(out), async (partial) => {
      const write = (name: string, text: string): void => writeFileSync(path.join(partial, name), text);
      const config = tokenizerConfig(base, baseFolder, changed);
      write("tokenizer.json", formatTokenizerJson(base, changed));
      write("tokenizer_config.json", pretty(config));
      write("special_tokens_map.json", pretty(specialTokensMap(config)));
      if (rowMap?.some((id, old) => id !== old)) write(rowMapFile, rowMapText(rowMap));
      const template = baseFolder === undefined ? undefined : path.join(baseFolder, "chat_template.jinja");
      if (template !== undefined && existsSync(template))
        copyFileSync(template, path.join(partial, "chat_template.jinja"));
      const json = readTokenizer(partial);
      const made = createTokenizer(json, tokenizerRoles(json, partial), partial);
      // SentencePiece's own code works in a thread of its own meanwhile.
      const model = writeModelFile(partial, json, made);
      await tryTokenizer(made, base, changed, facts, out).finally(() => model.catch(() => {}));
      write("vocabulary.json", pretty({ ...facts, ...(await model) }));
    });
  } catch (cause) {
    if (cause instanceof LepError || !(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new TokenizerError("tokenizer.unwritable", `${out}: the tokenizer cannot be written: ${cause.message}`, {
      cause,
      exitCode: 1,
    });
  }
}

/** The tokenizer.model of SentencePiece-style vocabularies; vocabulary.json says why where there can be none. */
async function writeModelFile(
  folder: string,
  json: TokenizerJson,
  made: Tokenizer,
): Promise<{ tokenizer_model?: string }> {
  if (!isSentencePieceStyle(json)) return {};
  const reason = await writeSentencePiece(
    path.join(folder, "tokenizer.model"),
    json,
    tokenizerRoles(json, folder),
    made,
  );
  return reason === undefined ? {} : { tokenizer_model: `not written: ${reason}` };
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A folder is replaced as a whole, so nothing else may be in it. Throws `LepError`. */
export function checkTokenizerFolder(out: string): void {
  refuseWorkingFolder(out);
  if (!existsSync(out)) return;
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (cause) {
    throw new TokenizerError("tokenizer.unwritable", `${out}: not a folder that can be written to`, { cause });
  }
  const foreign = names.find((name) => !tokenizerFiles.includes(name) && name !== rowMapFile);
  if (foreign === undefined) return;
  throw new TokenizerError("tokenizer.folder_in_use", `${out}: the folder holds more than a tokenizer (${foreign})`, {
    hint: "Name a new folder: an output folder is replaced as a whole.",
  });
}

type Json = Record<string, unknown>;

function tokenizerConfig(base: TokenizerJson, folder: string | undefined, changed: NewVocabulary): Json {
  const file = folder === undefined ? undefined : path.join(folder, "tokenizer_config.json");
  // loadTokenizer has read the same file without complaint, or there is none.
  const old = file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Json) : {};
  const roles = tokenizerRoles(base, folder);
  const tokenOf = new Map([...base.vocabulary].map(([token, id]) => [id, token]));
  for (const { content, id } of base.addedTokens) tokenOf.set(id, content);
  const config: Json = { tokenizer_class: "PreTrainedTokenizerFast", clean_up_tokenization_spaces: false, ...old };
  if (tokenContent(config.bos_token) === undefined && roles.bosId !== undefined)
    config.bos_token = tokenOf.get(roles.bosId);
  const [eos] = roles.eosIds;
  if (tokenContent(config.eos_token) === undefined && eos !== undefined) config.eos_token = tokenOf.get(eos);
  if (changed.frame !== undefined) {
    // Classes and options of the base's kind would build the old kind again.
    config.tokenizer_class = "PreTrainedTokenizerFast";
    for (const name of ["add_prefix_space", "legacy", "sp_model_kwargs"]) delete config[name];
    if (changed.frame.unknownToken !== undefined) config.unk_token = changed.frame.unknownToken;
  }
  // In a folder it is copied with its file.
  if (folder === undefined && roles.chatTemplate !== undefined) config.chat_template = roles.chatTemplate;
  const added = [...changed.addedTokens].sort((a, b) => a.id - b.id);
  config.added_tokens_decoder = Object.fromEntries(added.map(({ id, ...token }) => [String(id), token]));
  return config;
}

const roleNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

function specialTokensMap(config: Json): Json {
  const named = roleNames.map((role) => [role, tokenContent(config[role])] as const);
  return Object.fromEntries(named.filter(([, token]) => token !== undefined));
}

/** Scripts, digits, white space, marks, emoji: everything that a byte-level vocabulary has to give back. */
const probe =
  "Hello, world! It's 1234567 o'clock.\n\n\tПривет, как дела? Съешь ещё этих мягких булок.\r\n" +
  "naïve façade, ΑΒΓ, 漢字かな, 한글, עברית, 👩🏽‍🚀 \u0000\u001b  …   end ";

/** Throws where the tokenizer does not do what was asked for: our own mistake, caught before it is on disk. */
async function tryTokenizer(
  tokenizer: Tokenizer,
  base: TokenizerJson,
  changed: NewVocabulary,
  facts: VocabularyFacts,
  out: string,
): Promise<void> {
  const fail = (fault: string): never => {
    throw new TokenizerError("tokenizer.check_failed", `${out}: the tokenizer was not written: ${fault}`, {
      exitCode: 1,
    });
  };
  if (tokenizer.size !== facts.size) fail(`it has ${tokenizer.size} ids and not ${facts.size}`);
  for (const [token, id] of changed.vocabulary) {
    if (tokenizer.idOf(token) !== id) fail(`the token ${JSON.stringify(token)} has not the id ${id}`);
  }
  const contents = changed.addedTokens.map((token) => token.content);
  for (const [i, ids] of (await tokenizer.encodeBatch(contents)).entries()) {
    const { id, content } = changed.addedTokens[i]!;
    if (ids.length !== 1 || ids[0] !== id)
      fail(`the added token ${JSON.stringify(content)} is encoded as ${ids.join(" ")}`);
  }
  const frame = changed.frame ?? base;
  const text = readableProbe(frame, changed);
  const ids = await tokenizer.encode(text);
  const contentOf = new Map(changed.addedTokens.map(({ id, content }) => [id, content]));
  const bytes = ids.map((id) => {
    const content = contentOf.get(id);
    if (content !== undefined) return Buffer.from(content);
    return tokenizer.bytesOf(id) ?? fail(`id ${id} stands for no bytes`);
  });
  const spelled = Buffer.concat(bytes).toString("utf8");
  if (losesText(frame)) return;
  const parts = [...componentsOf(frame.normalizer), ...componentsOf(frame.preTokenizer)];
  const spaced = parts.some(({ type, add_prefix_space }) => type === "ByteLevel" && add_prefix_space !== false);
  const marked = parts.some(
    ({ type, prepend_scheme }) => type === "Prepend" || (type === "Metaspace" && prepend_scheme !== "never"),
  );
  if ((spaced || marked ? spelled.trimStart() : spelled) !== text) fail("a text does not come back from its ids");
  if (!spaced && (await tokenizer.decode(ids)) !== text) fail("a text does not come back from the decoder");
}

/** A Unigram vocabulary without byte fallback gives back the characters that are pieces of it, and no others. */
function readableProbe(frame: TokenizerJson, { vocabulary }: NewVocabulary): string {
  if (frame.modelType !== "Unigram" || frame.model.byte_fallback === true) return probe;
  return [...probe].filter((character) => character === " " || vocabulary.has(character)).join("");
}

/** Normalisers that SentencePiece models often have: what they replace or strip does not come back. */
const losesText = (frame: TokenizerJson): boolean =>
  componentsOf(frame.normalizer).some(
    ({ type, pattern }) =>
      type === "Precompiled" || type === "Strip" || (pattern as { Regex?: unknown } | undefined)?.Regex !== undefined,
  );
