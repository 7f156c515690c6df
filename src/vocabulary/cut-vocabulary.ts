/**
 * A BPE vocabulary with fewer tokens. What makes a kept token is kept too (its merge's parts, and theirs): a token whose
 * parent is gone can never come about (huggingface/tokenizers#1668). Single bytes and added tokens always stay, so that
 * every text can still be spelt.
 */

import { TokenizerError } from "../errors.js";
import { byteAlphabet } from "../tokenizer/byte-level.js";
import { isByteName } from "../tokenizer/byte-name.js";
import { formatTokenizerJson } from "../tokenizer/format-tokenizer-json.js";
import { tokenFormOf } from "../tokenizer/token-form.js";
import { parseTokenizerJson, type TokenizerJson } from "../tokenizer/tokenizer-json.js";

/**
 * `base` with its first `keep` ids, or, where `use` says how often each id occurs ([size]), the `keep` most used ordinary tokens, bytes
 * and ancestors counted. Added tokens come on top, and so do bytes and ancestors that are not among the first ids.
 * Throws `TokenizerError` where `keep` is no cut, or has no room for the bytes.
 */
export function cutVocabulary(base: TokenizerJson, keep: number, use?: Float64Array): TokenizerJson {
  if (keep >= base.size) {
    throw new TokenizerError("vocabulary.keep", `keep: ${keep} of ${base.size} tokens is no cut`, {
      hint: "Keep fewer, or use the method extended.",
    });
  }
  const added = base.addedTokens.map(({ id }) => id);
  const bytes = byteIds(base);
  const ancestors = createAncestors(base);
  const kept = new Set<number>(bytes);
  if (use === undefined) for (let id = 0; id < keep; id++) for (const one of ancestors(id)) kept.add(one);
  else {
    if (bytes.length > keep) {
      throw new TokenizerError(
        "vocabulary.keep",
        `keep: ${keep} tokens are too few: the bytes alone are ${bytes.length}`,
      );
    }
    const isAdded = new Set(added);
    for (const id of mostUsed(use)) {
      if (kept.size === keep) break;
      if (isAdded.has(id)) continue;
      const missing = ancestors(id).filter((one) => !kept.has(one));
      if (kept.size + missing.length <= keep) for (const one of missing) kept.add(one);
    }
  }
  for (const id of added) kept.add(id);
  return renumbered(base, kept);
}

function byteIds(base: TokenizerJson): number[] {
  const bytes = tokenFormOf(base).name === "byte_level" ? byteAlphabet : [...base.vocabulary.keys()].filter(isByteName);
  return bytes.map((token) => base.vocabulary.get(token)!);
}

/** Of tokens with the same use the lower id comes first. */
function mostUsed(use: Float64Array): Uint32Array {
  return Uint32Array.from(use, (_, id) => id).sort((a, b) => use[b]! - use[a]! || a - b);
}

/** A function that gives an id with everything that its first merge is made from. */
function createAncestors(base: TokenizerJson): (id: number) => number[] {
  const parents = new Map<number, readonly [number, number]>();
  for (const [left, right] of base.merges) {
    const id = base.vocabulary.get(left + right)!;
    if (!parents.has(id)) parents.set(id, [base.vocabulary.get(left)!, base.vocabulary.get(right)!]);
  }
  return (id) => {
    const found = new Set<number>();
    const waiting = [id];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      waiting.push(...(parents.get(next) ?? []));
    }
    return [...found];
  };
}

function renumbered(base: TokenizerJson, kept: ReadonlySet<number>): TokenizerJson {
  const tokens: string[] = new Array(base.size);
  for (const [token, id] of base.vocabulary) tokens[id] = token;
  for (const { content, id } of base.addedTokens) tokens[id] = content;
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) if (kept.has(id)) ids.set(token, ids.size);
  const vocabulary = new Map([...ids].filter(([token]) => base.vocabulary.has(token)));
  const addedTokens = base.addedTokens.map((token) => ({ ...token, id: ids.get(token.content)! }));
  const merges = base.merges.filter(([left, right]) => ids.has(left) && ids.has(right) && ids.has(left + right));
  return parseTokenizerJson(JSON.parse(formatTokenizerJson(base, { vocabulary, merges, addedTokens })), base.source);
}
