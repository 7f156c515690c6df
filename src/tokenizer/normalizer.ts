/**
 * Normalisers of tokenizer.json as functions on texts, each as Hugging Face tokenizers has it: letter by letter in
 * `Lowercase` (no final sigma), white space by its Unicode property, replacements taken literally.
 */
import { TokenizerError } from "../errors.js";
import { tokenOfText } from "./byte-level.js";
import { normalizeGraphemes } from "./formats/precompiled-charsmap.js";
import { compilePattern } from "./pattern.js";
import { type Component, charsmapOf, componentsOf } from "./tokenizer-components.js";
import type { TokenizerJson } from "./tokenizer-json.js";

export type Normalizer = (text: string) => string;

/**
 * The normaliser of a tokenizer; every text as it is where it has none. Throws `TokenizerError` naming a component that is
 * not supported here.
 */
export function createNormalizer({ normalizer, source }: Pick<TokenizerJson, "normalizer" | "source">): Normalizer {
  const steps = componentsOf(normalizer).map((part) => createStep(part, source));
  return (text) => steps.reduce((result, step) => step(result), text);
}

const unicodeForm = (form: string) => (): Normalizer => (text) => text.normalize(form);

/** One normaliser by its type. `place` names it in messages. */
const steps: Record<string, (part: Component, fail: (fault: string) => never, place: string) => Normalizer> = {
  NFC: unicodeForm("NFC"),
  NFD: unicodeForm("NFD"),
  NFKC: unicodeForm("NFKC"),
  NFKD: unicodeForm("NFKD"),
  Lowercase: () => (text) => text.replaceAll("Σ", "σ").toLowerCase(),
  StripAccents: () => (text) => text.replace(/\p{M}+/gu, ""),
  Nmt: () => (text) => text.replace(nmtRemoved, "").replace(nmtSpaces, " "),
  ByteLevel: () => tokenOfText,
  Precompiled: (part, _, place) => {
    const charsmap = charsmapOf(part, place);
    return (text) => normalizeGraphemes(charsmap, text);
  },
  Strip: (part) => {
    const sides = [
      part.strip_left !== false && "^\\p{White_Space}+",
      part.strip_right !== false && "\\p{White_Space}+$",
    ];
    const stripped = new RegExp(sides.filter(Boolean).join("|") || "[]", "gu");
    return (text) => text.replace(stripped, "");
  },
  Prepend: (part, fail) => {
    const { prepend } = part;
    if (typeof prepend !== "string") return fail("has no text to prepend");
    return (text) => (text === "" ? "" : prepend + text);
  },
  Replace: (part, fail) => {
    const { Regex: regex, String: literal } = (part.pattern ?? {}) as { Regex?: unknown; String?: unknown };
    const { content } = part;
    if (typeof content !== "string") return fail("has no content");
    if (typeof literal === "string" && literal !== "") return (text) => text.replaceAll(literal, () => content);
    if (typeof regex !== "string") return fail("has no pattern");
    const pattern = compilePattern(regex);
    if ("".search(pattern) === 0) return fail("has a pattern that matches nothing, which is not supported here");
    return (text) => text.replace(pattern, () => content);
  },
};

// The code points are those of SentencePiece's rule nmt_nfkc.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const nmtRemoved = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]+/g;
const nmtSpaces = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

function createStep(part: Component, source: string): Normalizer {
  const step = steps[part.type];
  const fail = (fault: string): never => {
    throw new TokenizerError("tokenizer.unsupported_component", `${source}: normalizer ${part.type} ${fault}`);
  };
  return step === undefined ? fail("is not supported here yet") : step(part, fail, `${source}: normalizer`);
}
