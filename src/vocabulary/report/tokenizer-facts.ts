/** What a vocabulary is made of, whatever the text. */

import { scriptOfText } from "../../corpus/letter-script.js";
import { textOfBytes } from "../../tokenizer/byte-level.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import { isByteLevelBpe, type TokenizerJson } from "../../tokenizer/tokenizer-json.js";

export interface TokenizerFacts {
  /** Ids, added tokens included. */
  size: number;
  /** Kind of model in words. */
  kind: string;
  /** Added (special) tokens. */
  added: number;
  merges: number;
  /** Script → ordinary tokens whose letters are all of it. Only `scripts` are counted. */
  script_tokens: Record<string, number>;
}

export function tokenizerFacts(
  json: TokenizerJson,
  tokenizer: Tokenizer,
  scripts: readonly (string | null)[],
): TokenizerFacts {
  const counts = new Map(scripts.filter((script) => script !== null).map((script) => [script, 0]));
  for (let id = 0; id < tokenizer.size; id++) {
    const bytes = tokenizer.bytesOf(id);
    const text = bytes === undefined || id === tokenizer.unknownId ? undefined : textOfBytes(bytes);
    const script = text === undefined ? null : scriptOfText(text);
    const count = script === null ? undefined : counts.get(script);
    if (script !== null && count !== undefined) counts.set(script, count + 1);
  }
  return {
    size: tokenizer.size,
    kind: kindOf(json),
    added: tokenizer.addedIds.size,
    merges: json.merges.length,
    script_tokens: Object.fromEntries(counts),
  };
}

function kindOf(json: TokenizerJson): string {
  if (isByteLevelBpe(json)) return "byte-level BPE";
  return json.model.byte_fallback === true ? `${json.modelType} with byte fallback` : json.modelType;
}
