import type { Tokenizer } from "./tokenizer.js";

export interface SharedToken {
  newId: number;
  originalId: number;
}

/**
 * Ordinary tokens that stand for the same bytes in both tokenizers, in the order of the new ids. Added tokens never
 * belong to it. Where one tokenizer has the same bytes twice (a letter and its byte fallback), the same written form is
 * preferred.
 */
export function sharedTokens(newTokenizer: Tokenizer, original: Tokenizer): SharedToken[] {
  const byBytes = new Map<string, number[]>();
  for (let id = 0; id < original.size; id++) {
    const key = keyOf(original, id);
    if (key === undefined) continue;
    const ids = byBytes.get(key);
    if (ids === undefined) byBytes.set(key, [id]);
    else ids.push(id);
  }
  const shared: SharedToken[] = [];
  for (let newId = 0; newId < newTokenizer.size; newId++) {
    const key = keyOf(newTokenizer, newId);
    const ids = key === undefined ? undefined : byBytes.get(key);
    if (ids === undefined) continue;
    const token = newTokenizer.tokenOf(newId);
    shared.push({ newId, originalId: ids.find((id) => original.tokenOf(id) === token) ?? ids[0]! });
  }
  return shared;
}

function keyOf(tokenizer: Tokenizer, id: number): string | undefined {
  const bytes = tokenizer.addedIds.has(id) ? undefined : tokenizer.bytesOf(id);
  return bytes === undefined || bytes.length === 0 ? undefined : Buffer.from(bytes).toString("latin1");
}
