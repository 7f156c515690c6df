/**
 * How a tokenizer cuts a text into words before any merge: its normaliser and pre-tokenizer, as functions of
 * our own, so that a corpus is counted without the detour through the binding.
 */
import { TokenizerError } from "../errors.js";
import { compilePattern, literalPattern } from "./pattern.js";
import { type Component, componentsOf } from "./tokenizer-components.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** Calls `word` with every word of `text`, in order. Words are texts; the byte-level alphabet comes later. */
export type PreTokenizer = (text: string, word: (word: string) => void) => void;

/** GPT-2's pattern, which a `ByteLevel` pre-tokenizer with `use_regex` stands for. */
const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Normaliser and pre-tokenizer in one. Throws `TokenizerError` naming a component that is not supported here. */
export function createPreTokenizer(tokenizer: TokenizerJson): PreTokenizer {
  const normalize = createNormalizer(tokenizer);
  const cutters = componentsOf(tokenizer.preTokenizer).flatMap((part) => cuttersOf(part, tokenizer.source));
  const cut = (text: string, from: number, word: (word: string) => void): void => {
    const cutter = cutters[from];
    if (cutter === undefined) word(text);
    else if (from + 1 === cutters.length) cutter(text, word);
    else cutter(text, (piece) => cut(piece, from + 1, word));
  };
  return (text, word) => {
    if (text !== "") cut(normalize(text), 0, word);
  };
}

/** The words of one text. */
export function wordsOf(preTokenizer: PreTokenizer, text: string): string[] {
  const words: string[] = [];
  preTokenizer(text, (word) => words.push(word));
  return words;
}

const unsupported = (source: string, place: string, part: Component): TokenizerError =>
  new TokenizerError("tokenizer.unsupported_component", `${source}: ${place} ${part.type} is not supported here yet`);

/** Text → text. Throws `TokenizerError` for a normaliser other than the Unicode normal forms. */
export function createNormalizer(tokenizer: TokenizerJson): (text: string) => string {
  const forms = componentsOf(tokenizer.normalizer).map((part) => {
    if (!/^NFK?[CD]$/.test(part.type)) throw unsupported(tokenizer.source, "normalizer", part);
    return part.type;
  });
  return (text) => forms.reduce((result, form) => result.normalize(form), text);
}

function cuttersOf(part: Component, source: string): PreTokenizer[] {
  if (part.type === "ByteLevel") {
    const cutters: PreTokenizer[] = [];
    if (part.add_prefix_space !== false) cutters.push((text, word) => word(text.startsWith(" ") ? text : ` ${text}`));
    if (part.use_regex !== false) cutters.push(isolate(compilePattern(gpt2Pattern)));
    return cutters;
  }
  if (part.type === "Digits") return [isolate(part.individual_digits === true ? /\p{N}/gu : /\p{N}+/gu)];
  if (part.type === "Split") {
    const { Regex: regex, String: text } = (part.pattern ?? {}) as { Regex?: string; String?: string };
    if (typeof regex !== "string" && typeof text !== "string") {
      throw new TokenizerError("tokenizer.invalid", `${source}: pre_tokenizer Split has no pattern`);
    }
    const pattern = typeof regex === "string" ? compilePattern(regex) : literalPattern(text ?? "");
    if (part.behavior === "Isolated") return [isolate(pattern)];
    // "invert" says that the pattern matches what is kept.
    if (part.behavior === "Removed" && part.invert === true) return [keep(pattern)];
  }
  if (part.type === "Metaspace" && (part.prepend_scheme === "never" || part.prepend_scheme === "always")) {
    const mark = typeof part.replacement === "string" ? part.replacement : "\u2581";
    return [markSpaces(mark, part.prepend_scheme === "always", part.split !== false)];
  }
  throw unsupported(source, "pre_tokenizer", part);
}

/** Spaces become a mark, and each mark begins a word. */
function markSpaces(mark: string, prepend: boolean, split: boolean): PreTokenizer {
  return (text, word) => {
    const replaced = text.replaceAll(" ", mark);
    const marked = prepend && !replaced.startsWith(mark) ? mark + replaced : replaced;
    let from = 0;
    for (let at = marked.indexOf(mark, 1); split && at > 0; at = marked.indexOf(mark, at + mark.length)) {
      word(marked.slice(from, at));
      from = at;
    }
    if (from < marked.length) word(marked.slice(from));
  };
}

/** Matches are words, and so is what lies between them. */
function isolate(pattern: RegExp): PreTokenizer {
  return (text, word) => {
    let from = 0;
    pattern.lastIndex = 0;
    // A nested cutter may use the same expression, so the place is kept here.
    for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
      const [match] = found;
      const end = found.index + match.length;
      if (match === "") {
        pattern.lastIndex = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
        continue;
      }
      if (found.index > from) word(text.slice(from, found.index));
      word(match);
      from = end;
      pattern.lastIndex = end;
    }
    if (from < text.length) word(text.slice(from));
  };
}

function keep(pattern: RegExp): PreTokenizer {
  return (text, word) => {
    for (const [match] of text.matchAll(pattern)) if (match !== "") word(match);
  };
}
