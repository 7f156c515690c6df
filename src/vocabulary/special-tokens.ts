import { TokenizerError } from "../errors.js";
import { isByteName } from "../tokenizer/byte-name.js";
import { spaceMark } from "../tokenizer/space-mark.js";
import type { AddedToken } from "../tokenizer/tokenizer-json.js";

export const specialFlags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

/**
 * The special tokens `contents` that are not among `known`, each once; ids come later. Throws `TokenizerError` for one that
 * would take an ordinary token's place: a single character, a byte token, a space mark.
 */
export function specialTokens(contents: readonly string[], known: ReadonlySet<string>): AddedToken[] {
  return [...new Set(contents)]
    .map((content) => {
      if ([...content].length < 2 || isByteName(content) || content.includes(spaceMark) || content.trim() === "") {
        throw new TokenizerError(
          "vocabulary.option",
          `special_tokens: ${JSON.stringify(content)} would take the place of ordinary text`,
          { hint: "Two characters or more, such as <|tool|>." },
        );
      }
      return { id: 0, content, ...specialFlags };
    })
    .filter(({ content }) => !known.has(content));
}
