/**
 * Added tokens that lie beside a tokenizer.model or a .tiktoken: tokenizer_config.json (`added_tokens_decoder`) and, from
 * older versions, added_tokens.json. A tokenizer.json holds its own.
 */
import path from "node:path";
import { parseTokenizerJson, type TokenizerJson } from "../tokenizer-json.js";
import { readJson } from "../tokenizer-roles.js";

type Json = Record<string, unknown>;

/** As Hugging Face's reader wants all of them said. */
const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };

/** `json` with the added tokens that the files in `folder` name. Throws `TokenizerError` naming file and entry. */
export function withTokensBeside(json: TokenizerJson, folder: string): TokenizerJson {
  const added = new Map<string, Json>(json.addedTokens.map((token) => [token.content, { ...token }]));
  const before = added.size;
  let changed = false;
  for (const [content, id] of Object.entries(readJson(folder, "added_tokens.json") ?? {})) {
    if (added.has(content)) continue;
    added.set(content, { ...flags, id, content, normalized: true });
    changed = true;
  }
  const decoder = readJson(folder, "tokenizer_config.json")?.added_tokens_decoder;
  for (const [id, entry] of Object.entries((decoder ?? {}) as Json)) {
    const content = (entry as { content?: unknown } | null)?.content;
    if (typeof content !== "string") continue;
    added.set(content, { ...flags, ...(entry as Json), id: /^\d+$/.test(id) ? Number(id) : id });
    changed = true;
  }
  if (!changed && added.size === before) return json;
  // What is no number comes anywhere: the tokens are checked as a whole below.
  const place = ({ id }: Json): number => (typeof id === "number" ? id : Number.POSITIVE_INFINITY);
  const tokens = [...added.values()].sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
  const source = `${json.source} with the tokens of ${path.join(folder, "tokenizer_config.json")}`;
  const { roles } = json;
  return {
    ...parseTokenizerJson({ ...json.raw, added_tokens: tokens }, source),
    source: json.source,
    ...(roles !== undefined && { roles }),
  };
}
