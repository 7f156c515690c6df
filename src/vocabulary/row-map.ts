import type { NewVocabulary } from "../tokenizer/format-tokenizer-json.js";
import { tokenBytes } from "../tokenizer/token-bytes.js";
import type { AddedToken, TokenizerJson } from "../tokenizer/tokenizer-json.js";

/**
 * Old id → new id, -1 for tokens that are gone: [base.size]. Tokens are the same where they are written the same; where the new
 * vocabulary writes text in another way, where they stand for the same bytes. Added tokens only match added tokens.
 */
export function rowMap(base: TokenizerJson, made: NewVocabulary): Int32Array {
  const { frame } = made;
  const oldKey = keyOf(base, base.addedTokens, frame !== undefined);
  const newKey = keyOf(frame ?? base, made.addedTokens, frame !== undefined);
  const ids = new Map<string, number>();
  for (const [token, id] of allTokens(made)) if (!ids.has(newKey(token))) ids.set(newKey(token), id);
  const map = new Int32Array(base.size).fill(-1);
  for (const [token, id] of allTokens(base)) map[id] = ids.get(oldKey(token)) ?? -1;
  return map;
}

function* allTokens({
  vocabulary,
  addedTokens,
}: Pick<NewVocabulary, "vocabulary" | "addedTokens">): Generator<[token: string, id: number]> {
  yield* vocabulary;
  for (const { content, id } of addedTokens) if (!vocabulary.has(content)) yield [content, id];
}

function keyOf(form: TokenizerJson, addedTokens: readonly AddedToken[], byBytes: boolean): (token: string) => string {
  const added = new Set(addedTokens.map(({ content }) => content));
  const bytesOf = tokenBytes(form);
  return (token) => {
    if (added.has(token)) return `added ${token}`;
    const bytes = byBytes ? bytesOf(token) : undefined;
    return `token ${bytes === undefined ? token : Buffer.from(bytes).toString("latin1")}`;
  };
}
