/** Which ids begin and end a text, and the chat template: what the files beside tokenizer.json say. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { TokenizerError } from "../errors.js";
import { isTooDeep } from "../nesting-depth.js";
import { type Component, componentsOf } from "./tokenizer-components.js";
import type { TokenizerJson } from "./tokenizer-json.js";

export interface TokenizerRoles {
  bosId: number | undefined;
  eosIds: readonly number[];
  chatTemplate: string | undefined;
}

type Json = Record<string, unknown>;

/**
 * `folder` undefined: the tokenizer's own file alone. A tokenizer.json says only what begins a text (post-processor),
 * other formats name roles and a chat template.
 * BOS: tokenizer_config.json, special_tokens_map.json, generation_config.json, the format, post-processor, the first that
 * names one. EOS: all that those files name, else what the format names. Throws `TokenizerError` for a role that is not in
 * the vocabulary.
 */
export function tokenizerRoles(json: TokenizerJson, folder: string | undefined): TokenizerRoles {
  const ids = new Map(json.vocabulary);
  for (const token of json.addedTokens) ids.set(token.content, token.id);
  const config = readJson(folder, "tokenizer_config.json");
  const map = readJson(folder, "special_tokens_map.json");
  const generation = readJson(folder, "generation_config.json");

  const named = (source: Json | undefined, role: string, file: string): number | undefined => {
    const token = tokenContent(source?.[role]);
    if (token === undefined) return undefined;
    const id = ids.get(token);
    if (id !== undefined) return id;
    throw new TokenizerError(
      "tokenizer.unknown_role",
      `${path.join(folder ?? "", file)}: ${role}: the vocabulary has no token ${JSON.stringify(token)}`,
    );
  };
  const numbered = (role: string): number[] => {
    const value = generation?.[role];
    const list: unknown[] = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
    for (const id of list) {
      if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < json.size) continue;
      throw new TokenizerError(
        "tokenizer.unknown_role",
        `${path.join(folder ?? "", "generation_config.json")}: ${role}: no token has id ${JSON.stringify(id)}`,
      );
    }
    return list as number[];
  };

  const eos = [
    named(config, "eos_token", "tokenizer_config.json") ?? named(map, "eos_token", "special_tokens_map.json"),
    ...numbered("eos_token_id"),
  ].filter((id) => id !== undefined);
  return {
    bosId:
      named(config, "bos_token", "tokenizer_config.json") ??
      named(map, "bos_token", "special_tokens_map.json") ??
      numbered("bos_token_id")[0] ??
      json.roles?.bosId ??
      templateStart(json.postProcessor, ids),
    eosIds: [...new Set(eos.length > 0 ? eos : json.roles?.eosIds)],
    chatTemplate: chatTemplateOf(folder, config) ?? json.roles?.chatTemplate,
  };
}

/** The object in a file of `folder`; undefined where there is none. Throws `TokenizerError`. */
export function readJson(folder: string | undefined, name: string): Json | undefined {
  if (folder === undefined) return undefined;
  const file = path.join(folder, name);
  if (!existsSync(file)) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    if (isTooDeep(text, "json")) throw new RangeError("lists or objects too deep within one another");
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch (cause) {
    throw new TokenizerError("tokenizer.json_invalid", `${file}: not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  throw new TokenizerError("tokenizer.json_invalid", `${file}: expected an object`);
}

/** A special token is written as its text or as an object with `content`. */
export function tokenContent(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

/** The token that the post-processor puts in front of a text. */
function templateStart(postProcessor: Component | null, ids: ReadonlyMap<string, number>): number | undefined {
  for (const part of componentsOf(postProcessor)) {
    if (part.type !== "TemplateProcessing" || !Array.isArray(part.single)) continue;
    const first = part.single[0] as { SpecialToken?: { id?: unknown } } | undefined;
    const token = first?.SpecialToken?.id;
    if (typeof token === "string") return ids.get(token);
  }
  return undefined;
}

/** chat_template.jinja wins; a list of named templates means the one called `default`. */
function chatTemplateOf(folder: string | undefined, config: Json | undefined): string | undefined {
  if (folder === undefined) return undefined;
  const file = path.join(folder, "chat_template.jinja");
  if (existsSync(file)) return readFileSync(file, "utf8");
  const value = config?.chat_template;
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const entry = (value as { name?: unknown; template?: unknown }[]).find((item) => item?.name === "default");
  return typeof entry?.template === "string" ? entry.template : undefined;
}
