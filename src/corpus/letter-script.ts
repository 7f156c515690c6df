/** Scripts that letters are told apart by, by their Unicode names; the world's living ones that much text is written in. */
const scripts =
  "Latin Cyrillic Greek Arabic Hebrew Han Hiragana Katakana Hangul Devanagari Bengali Gujarati Gurmukhi Kannada Malayalam Oriya Tamil Telugu Sinhala Thai Lao Khmer Myanmar Tibetan Mongolian Georgian Armenian Ethiopic".split(
    " ",
  );

const patterns = scripts.map((name) => new RegExp(`\\p{Script=${name}}`, "u"));
const letter = /\p{L}/u;

const seen = new Map<number, string | null>();

/** Name of the script of a letter; `other` for a letter of a script not listed, null for what is no letter. */
export function letterScript(codePoint: number): string | null {
  let script = seen.get(codePoint);
  if (script === undefined) {
    const character = String.fromCodePoint(codePoint);
    script = letter.test(character)
      ? (scripts[patterns.findIndex((pattern) => pattern.test(character))] ?? otherScript)
      : null;
    seen.set(codePoint, script);
  }
  return script;
}

export const otherScript = "other";

/** The one script that all letters of `text` are of; null where it has none, or letters of several. */
export function scriptOfText(text: string): string | null {
  let script: string | null = null;
  for (const character of text) {
    const own = letterScript(character.codePointAt(0)!);
    if (own === null || own === script) continue;
    if (script !== null) return null;
    script = own;
  }
  return script;
}
