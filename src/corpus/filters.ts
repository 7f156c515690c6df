import { createHash } from "node:crypto";
import { createDigestSet } from "./digest-set.js";
import { countScriptLetters } from "./script-share.js";

/** Which documents are kept. Lengths are in characters (code points). */
export interface CorpusFilters {
  min_characters?: number;
  max_characters?: number;
  /** Keeps documents in which at least `min_share` (0 to 1) of the letters are of the Unicode script `name`, e.g. Cyrillic. */
  script?: { name: string; min_share: number };
  /** Keeps the first of documents with the same text. Remembers 64 bits of each, so two of 4 billion may collide. */
  exact_duplicates?: boolean;
}

/** Why a document was left out. `empty`: no characters at all. */
export type DropReason = "empty" | "too_short" | "too_long" | "script" | "duplicate";

/**
 * A function that names the reason to leave out a text, or gives undefined for one to keep. It remembers what it has
 * seen, so every pass over a corpus needs a new one. Throws `CorpusError` for a script that does not exist.
 */
export function createFilter(filters: CorpusFilters = {}): (text: string) => DropReason | undefined {
  const { min_characters: least = 0, max_characters: most = Number.POSITIVE_INFINITY, script } = filters;
  const letters = script === undefined ? undefined : countScriptLetters(script.name);
  const seen = filters.exact_duplicates ? createDigestSet() : undefined;
  return (text) => {
    if (text === "") return "empty";
    if (least > 0 || most < Number.POSITIVE_INFINITY) {
      const characters = countCharacters(text);
      if (characters < least) return "too_short";
      if (characters > most) return "too_long";
    }
    if (script !== undefined && letters !== undefined) {
      const { ofScript, all } = letters(text);
      if (all === 0 || ofScript < script.min_share * all) return "script";
    }
    if (seen !== undefined && !seen.add(createHash("sha256").update(text).digest())) return "duplicate";
    return undefined;
  };
}

/** Code points of `text`; a lone half of a surrogate pair counts as one. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >> 10 !== 0x37 || text.charCodeAt(i - 1) >> 10 !== 0x36) continue;
    count--;
    i++;
  }
  return count;
}
