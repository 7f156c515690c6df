import type { Merge } from "../tokenizer/tokenizer-json.js";

/**
 * The merges that SentencePiece knows for `tokens`: it has no list of pairs, but merges any two neighbours whose text is
 * a token, by the rank of that token. So every way to cut a token into two others is a merge, in the order of the
 * tokens; tokenizer.json, tokenizer.model and llama.cpp then cut alike.
 */
export function allSplits(tokens: Iterable<string>, isToken: (token: string) => boolean): Merge[] {
  const merges: Merge[] = [];
  for (const token of tokens) {
    let at = 0;
    for (const character of token) {
      at += character.length;
      if (at === token.length) break;
      const [left, right] = [token.slice(0, at), token.slice(at)];
      if (isToken(left) && isToken(right)) merges.push([left, right]);
    }
  }
  return merges;
}
