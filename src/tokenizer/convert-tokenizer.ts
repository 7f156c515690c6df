/** A tokenizer of another format as the files of a tokenizer folder. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { formatTokenizerJson } from "./format-tokenizer-json.js";
import { readTokenizer, rolesFolder } from "./load-tokenizer.js";
import { tokenContent, tokenizerRoles } from "./tokenizer-roles.js";

/**
 * Writes into the folder `to` the tokenizer.json of the tokenizer at `place`, and completes tokenizer_config.json by the
 * roles and the chat template that a tokenizer.json cannot name. Throws `TokenizerError`.
 */
export function convertTokenizer(place: string, to: string): void {
  const json = readTokenizer(place);
  writeFileSync(path.join(to, "tokenizer.json"), formatTokenizerJson(json, json));
  const folder = rolesFolder(place);
  const { bosId, eosIds, chatTemplate } = tokenizerRoles(json, folder);
  const file = path.join(to, "tokenizer_config.json");
  const config = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>) : {};
  const tokens = new Map([...json.vocabulary].map(([token, id]) => [id, token]));
  for (const { content, id } of json.addedTokens) tokens.set(id, content);
  const complete = (role: string, id: number | undefined): void => {
    if (id !== undefined && tokenContent(config[role]) === undefined) config[role] = tokens.get(id);
  };
  complete("bos_token", bosId);
  complete("eos_token", eosIds[0]);
  if (json.unknownToken !== undefined && tokenContent(config.unk_token) === undefined)
    config.unk_token = json.unknownToken;
  if (chatTemplate !== undefined && !existsSync(path.join(to, "chat_template.jinja")))
    config.chat_template ??= chatTemplate;
  // A class of slow tokenizers would read tokenizer.model instead.
  config.tokenizer_class = "PreTrainedTokenizerFast";
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
}
