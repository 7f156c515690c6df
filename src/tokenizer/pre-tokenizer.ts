/**
 * How a tokenizer cuts a text into words before its model sees it: its normaliser and pre-tokenizer as functions of our
 * own, so that a corpus is counted and encoded without the detour through the binding.
 */

import { TokenizerError } from "../errors.js";
import { gpt2Pattern } from "./formats/patterns.js";
import { createNormalizer } from "./normalizer.js";
import { compilePattern, literalPattern } from "./pattern.js";
import { spaceMark } from "./space-mark.js";
import { createSplitter, findPattern, type SplitBehavior, splitBefore, splitBehavior } from "./split-behavior.js";
import { type Component, componentsOf } from "./tokenizer-components.js";
import type { TokenizerJson } from "./tokenizer-json.js";

export { createNormalizer } from "./normalizer.js";

/**
 * Calls `word` with every word of `text`, in order. Words are texts; the byte-level alphabet comes later.
 * `atStart`: the text is the head of a whole one, not what follows an added token.
 */
export type PreTokenizer = (text: string, word: (word: string) => void, atStart?: boolean) => void;

/** What decides where words end. */
export type TokenizerParts = Pick<TokenizerJson, "source" | "normalizer" | "preTokenizer">;

/** Normaliser and pre-tokenizer in one. Throws `TokenizerError` naming a component that is not supported here. */
export function createPreTokenizer(tokenizer: TokenizerParts): PreTokenizer {
  const normalize = createNormalizer(tokenizer);
  const cut = createWordCutter(tokenizer);
  return (text, word, atStart) => {
    if (text !== "") cut(normalize(text), word, atStart);
  };
}

/** The pre-tokenizer alone, for text that is normalised. Throws `TokenizerError` like `createPreTokenizer`. */
export function createWordCutter(tokenizer: TokenizerParts): PreTokenizer {
  const parts = componentsOf(tokenizer.preTokenizer);
  const cutters = parts.flatMap((part, i) => {
    if (part.type === "Metaspace" && schemeOf(part) === "first") requireKnownStart(tokenizer, parts.slice(0, i));
    return cuttersOf(part, tokenizer.source);
  });
  const cut = (text: string, atStart: boolean, from: number, word: (word: string) => void): void => {
    const cutter = cutters[from];
    if (text === "") return;
    if (cutter === undefined) word(text);
    else cutter(text, atStart, (piece, pieceAtStart) => cut(piece, pieceAtStart, from + 1, word));
  };
  return (text, word, atStart = true) => cut(text, atStart, 0, word);
}

/** The words of one text. */
export function wordsOf(preTokenizer: PreTokenizer, text: string): string[] {
  const words: string[] = [];
  preTokenizer(text, (word) => words.push(word));
  return words;
}

const unsupported = (source: string, place: string, part: Component): TokenizerError =>
  new TokenizerError("tokenizer.unsupported_component", `${source}: ${place} ${part.type} is not supported here yet`);

/** `atStart`: the piece begins where the whole text does. */
type Cutter = (text: string, atStart: boolean, piece: (piece: string, atStart: boolean) => void) => void;

/** One pre-tokenizer by its type; what a word is made of when several follow one another. */
function cuttersOf(part: Component, source: string): Cutter[] {
  const options = part as Component & { behavior?: unknown; invert?: unknown };
  switch (part.type) {
    case "ByteLevel": {
      const cutters: Cutter[] = [];
      if (part.add_prefix_space !== false) {
        cutters.push((text, atStart, piece) => piece(text.startsWith(" ") ? text : ` ${text}`, atStart));
      }
      if (part.use_regex !== false) cutters.push(splitting(compilePattern(gpt2Pattern), "Isolated"));
      return cutters;
    }
    case "Digits":
      return part.individual_digits === true
        ? [splitting(/\p{N}/gu, "Isolated")]
        : [splitting(/\p{N}/gu, "Contiguous")];
    case "Punctuation": {
      const behavior = options.behavior === undefined ? "Isolated" : splitBehavior(options.behavior);
      if (behavior === undefined) throw unsupported(source, `pre_tokenizer (${String(options.behavior)})`, part);
      return [splitting(/[!-/:-@[-`{-~\p{P}]/gu, behavior)];
    }
    case "WhitespaceSplit":
      return [splitting(/\p{White_Space}/gu, "Removed")];
    case "Whitespace":
      return [splitting(rustWords, "Removed", true)];
    case "Metaspace":
      return [metaspace(part)];
    case "Split": {
      const behavior = splitBehavior(options.behavior);
      const { Regex: regex, String: text } = (part.pattern ?? {}) as { Regex?: unknown; String?: unknown };
      if (typeof regex !== "string" && typeof text !== "string") {
        throw new TokenizerError("tokenizer.invalid", `${source}: pre_tokenizer Split has no pattern`);
      }
      const pattern = typeof regex === "string" ? compilePattern(regex) : literalPattern(String(text));
      if (behavior === undefined) break;
      return [splitting(pattern, behavior, options.invert === true)];
    }
  }
  throw unsupported(source, "pre_tokenizer", part);
}

/** `\w+|[^\w\s]+` of Rust's expressions. */
const rustWords =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;

function splitting(pattern: RegExp, behavior: SplitBehavior, inverted = false): Cutter {
  const split = createSplitter(findPattern(pattern), behavior, inverted);
  return (text, atStart, piece) => split(text, (start, end) => piece(text.slice(start, end), atStart && start === 0));
}

/** "always", "first" or "never". */
export function schemeOf(part: Component): unknown {
  return part.add_prefix_space === false ? "never" : (part.prepend_scheme ?? "always");
}

function metaspace(part: Component): Cutter {
  const mark = typeof part.replacement === "string" ? part.replacement : spaceMark;
  const scheme = schemeOf(part);
  const split = part.split === false || mark === "" ? undefined : splitBefore(mark);
  return (text, atStart, piece) => {
    let marked = text.replaceAll(" ", mark);
    const prepends = scheme === "always" || (scheme === "first" && atStart);
    if (prepends && !marked.startsWith(mark)) marked = mark + marked;
    if (split === undefined) piece(marked, atStart);
    else split(marked, (start, end) => piece(marked.slice(start, end), atStart && start === 0));
  };
}

/** Where characters come or go at the head of a text, "first" would need to know where each character came from. */
function requireKnownStart({ normalizer, source }: TokenizerParts, before: readonly Component[]): void {
  const harmless = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "ByteLevel"];
  const moving =
    before[0] ??
    componentsOf(normalizer).find(
      (part) => !harmless.includes(part.type) && !(part.type === "Replace" && part.content !== ""),
    );
  if (moving === undefined) return;
  throw new TokenizerError(
    "tokenizer.unsupported_component",
    `${source}: pre_tokenizer Metaspace (first) behind ${moving.type} is not supported here yet`,
  );
}
