/** Tokenizer folders: written whole or not at all, and only after what was written has been loaded and tried. */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeFolderAtomic } from "../atomic-output.js";
import { LepError, TokenizerError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { formatTokenizerJson, type NewVocabulary } from "./format-tokenizer-json.js";
import { loadTokenizer } from "./load-tokenizer.js";
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
}

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
 * Makes the tokenizer of the folder `to` the one of `place`: a folder, or a tokenizer.json by any name with what lies beside it.
 * Throws `TokenizerError` where there is none.
 */
export function copyTokenizerFiles(place: string, to: string): void {
  const named = statSync(place, { throwIfNoEntry: false })?.isFile() ? place : undefined;
  const from = named === undefined ? place : path.dirname(named);
  const sources = new Map(
    tokenizerFiles
      .map((name): [string, string] => [name, path.join(from, name)])
      .filter(([, file]) => existsSync(file)),
  );
  if (named !== undefined) sources.set("tokenizer.json", named);
  if (!sources.has("tokenizer.json") && !sources.has("tokenizer.model")) {
    throw new TokenizerError("tokenizer.not_found", `${place}: there is no tokenizer.json in this folder`);
  }
  makeFolder(to);
  for (const name of tokenizerFiles) rmSync(path.join(to, name), { force: true });
  for (const [name, file] of sources) copyFileSync(file, path.join(to, name));
}

/**
 * Writes `out` (made, or replaced where it holds nothing but a tokenizer): tokenizer.json, tokenizer_config.json,
 * special_tokens_map.json, vocabulary.json, and the chat template of `baseFolder`. Roles of special tokens are the
 * base's. Gives the tokenizer as loaded from there. Throws `TokenizerError`; then `out` is as it was.
 */
export async function writeTokenizerFolder(
  out: string,
  base: TokenizerJson,
  /** Folder of the base, where it is one. */
  baseFolder: string | undefined,
  changed: NewVocabulary,
  facts: VocabularyFacts,
): Promise<Tokenizer> {
  refuseForeignFolder(out);
  try {
    await writeFolderAtomic(path.resolve(out), async (partial) => {
      const write = (name: string, text: string): void => writeFileSync(path.join(partial, name), text);
      const config = tokenizerConfig(base, baseFolder, changed);
      write("tokenizer.json", formatTokenizerJson(base, changed));
      write("tokenizer_config.json", pretty(config));
      write("special_tokens_map.json", pretty(specialTokensMap(config)));
      write("vocabulary.json", pretty(facts));
      const template = baseFolder === undefined ? undefined : path.join(baseFolder, "chat_template.jinja");
      if (template !== undefined && existsSync(template))
        copyFileSync(template, path.join(partial, "chat_template.jinja"));
      await tryTokenizer(await loadTokenizer(partial), base, changed, facts, out);
    });
  } catch (cause) {
    if (cause instanceof LepError || !(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new TokenizerError("tokenizer.unwritable", `${out}: the tokenizer cannot be written: ${cause.message}`, {
      cause,
      exitCode: 1,
    });
  }
  return loadTokenizer(out);
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A folder is replaced as a whole, so nothing else may be in it. */
function refuseForeignFolder(out: string): void {
  if (!existsSync(out)) return;
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (cause) {
    throw new TokenizerError("tokenizer.unwritable", `${out}: not a folder that can be written to`, { cause });
  }
  const foreign = names.find((name) => !tokenizerFiles.includes(name));
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
  const bytes = ids.map((id) => tokenizer.bytesOf(id) ?? fail(`id ${id} stands for no bytes`));
  const spelled = Buffer.concat(bytes).toString("utf8");
  const spaced = componentsOf(frame.preTokenizer).some(
    (part) => part.type === "ByteLevel" && part.add_prefix_space !== false,
  );
  if ((spaced ? spelled.trimStart() : spelled) !== text) fail("a text does not come back from its ids");
  if (!spaced && (await tokenizer.decode(ids)) !== text) fail("a text does not come back from the decoder");
}

/** A Unigram vocabulary without byte fallback gives back the characters that are pieces of it, and no others. */
function readableProbe(frame: TokenizerJson, { vocabulary }: NewVocabulary): string {
  if (frame.modelType !== "Unigram" || frame.model.byte_fallback === true) return probe;
  return [...probe].filter((character) => character === " " || vocabulary.has(character)).join("");
}
