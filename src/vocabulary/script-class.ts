/**
 * Which characters may stand together in a piece, by their Unicode script (as SentencePiece decides with
 * `split_by_unicode_script`): letters of one script, or what belongs to none (digits, punctuation, symbols).
 */

/** Goes with whatever follows: the mark of a space. */
export const anyClass = 0;
/** Goes with whatever it stands behind: combining marks. */
export const inheritedClass = 1;

const spaceMark = 0x2581;

/** Scripts in everyday use (Unicode Standard Annex 31, table 5), the commonest first. Scripts of one text share a class. */
const scripts: readonly (readonly string[])[] = [
  ["Common"],
  ["Latin"],
  ["Cyrillic"],
  ["Han", "Hiragana", "Katakana", "Bopomofo"],
  ..."Arabic Hangul Devanagari Greek Hebrew Thai Bengali Tamil Telugu Georgian Armenian Gujarati Gurmukhi Kannada"
    .concat(" Malayalam Oriya Sinhala Myanmar Khmer Lao Ethiopic Thaana Tibetan")
    .split(" ")
    .map((name) => [name]),
];
const tests = scripts.map((names) => new RegExp(`[${names.map((name) => `\\p{Script=${name}}`).join("")}]`, "u"));
const inherited = /\p{Script=Inherited}/u;
const longVowelMark = 0x30fc;

const firstScript = 2;
const unknown = 0xff;
const classes = new Uint8Array(0x110000).fill(unknown);

/** `anyClass`, `inheritedClass` or the number of a script; rarer scripts have one number together. */
export function scriptClass(codePoint: number): number {
  const known = classes[codePoint]!;
  if (known !== unknown) return known;
  classes[codePoint] = classOf(codePoint);
  return classes[codePoint]!;
}

function classOf(codePoint: number): number {
  if (codePoint === spaceMark) return anyClass;
  // Common to Hiragana and Katakana, so that Unicode gives it to neither.
  const character = codePoint === longVowelMark ? "\u30a2" : String.fromCodePoint(codePoint);
  if (inherited.test(character)) return inheritedClass;
  const script = tests.findIndex((test) => test.test(character));
  return firstScript + (script < 0 ? scripts.length : script);
}
