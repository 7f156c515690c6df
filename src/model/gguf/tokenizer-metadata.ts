/** Key-values of a GGUF that hold a byte-level BPE tokenizer: tokens with their kinds, merges, roles and the chat template. */
import { CheckpointError } from "../../errors.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { componentsOf } from "../../tokenizer/tokenizer-components.js";
import { isByteLevelBpe, type TokenizerJson } from "../../tokenizer/tokenizer-json.js";
import type { ModelConfig } from "../config.js";
import type { GgufValue } from "./gguf-header.js";
import { preTokenizerName } from "./pre-tokenizer.js";

/** llama.cpp's kinds of tokens. */
const tokenKind = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

/** Throws `CheckpointError` where llama.cpp cannot hold such a tokenizer. `config` fills in roles that the tokenizer does not name. */
export function tokenizerMetadata(
  json: TokenizerJson,
  tokenizer: Tokenizer,
  config: ModelConfig,
): [string, GgufValue][] {
  if (!isByteLevelBpe(json)) {
    throw new CheckpointError(
      "gguf.tokenizer_kind",
      `${json.source}: a ${json.modelType} tokenizer that is not byte-level cannot be exported to GGUF yet`,
    );
  }
  const { tokens, kinds } = tokenRows(json, config.vocab_size);
  const bos = tokenizer.bosId ?? config.bos_token_id;
  const ends = tokenizer.eosIds.length > 0 ? tokenizer.eosIds : config.eos_token_ids;
  // llama.cpp keeps end ids by role; for stopping it makes no difference which role an id has.
  const endKeys = ["eos", "eot", "eom"].map((role, i): [string, GgufValue] | undefined =>
    ends[i] === undefined ? undefined : [`tokenizer.ggml.${role}_token_id`, { u32: ends[i] }],
  );
  const entries: ([string, GgufValue] | undefined)[] = [
    ["tokenizer.ggml.model", { string: "gpt2" }],
    ["tokenizer.ggml.pre", { string: preTokenizerName(json) }],
    ["tokenizer.ggml.tokens", { strings: tokens }],
    ["tokenizer.ggml.token_type", { int32s: kinds }],
    ["tokenizer.ggml.merges", { strings: json.merges.map(([left, right]) => `${left} ${right}`) }],
    bos === undefined ? undefined : ["tokenizer.ggml.bos_token_id", { u32: bos }],
    ...endKeys,
    ["tokenizer.ggml.add_bos_token", { bool: bos !== undefined && startsWithBos(json, tokenizer, bos) }],
    tokenizer.chatTemplate === undefined
      ? undefined
      : ["tokenizer.chat_template", { string: withoutNul(tokenizer.chatTemplate, json.source) }],
  ];
  return entries.filter((entry) => entry !== undefined);
}

/** One token for each of the model's rows; rows that the tokenizer does not use get names of their own. */
function tokenRows(json: TokenizerJson, rows: number): { tokens: string[]; kinds: Int32Array } {
  const tokens: (string | undefined)[] = new Array(rows).fill(undefined);
  const kinds = new Int32Array(rows).fill(tokenKind.unused);
  for (const [token, id] of json.vocabulary) {
    tokens[id] = withoutNul(token, json.source);
    kinds[id] = tokenKind.normal;
  }
  for (const { content, id, special } of json.addedTokens) {
    tokens[id] = withoutNul(content, json.source);
    kinds[id] = special ? tokenKind.control : tokenKind.userDefined;
  }
  const taken = new Set(tokens);
  const named = tokens.map((token, id) => {
    if (token !== undefined) return token;
    // llama.cpp aborts where two tokens are called the same.
    let name = `[PAD${id}]`;
    while (taken.has(name)) name = `[${name}]`;
    taken.add(name);
    return name;
  });
  return { tokens: named, kinds };
}

/** Whether the tokenizer itself puts BOS in front of a text. */
function startsWithBos(json: TokenizerJson, tokenizer: Tokenizer, bos: number): boolean {
  return componentsOf(json.postProcessor).some(({ type, single }) => {
    if (type !== "TemplateProcessing" || !Array.isArray(single)) return false;
    const first = (single[0] as { SpecialToken?: { id?: unknown } } | undefined)?.SpecialToken?.id;
    return typeof first === "string" && tokenizer.idOf(first) === bos;
  });
}

/** ggml's strings end at the first NUL. */
function withoutNul(text: string, source: string): string {
  if (!text.includes("\0")) return text;
  throw new CheckpointError("gguf.nul", `${source}: ${JSON.stringify(text.slice(0, 60))} holds a NUL character`);
}
