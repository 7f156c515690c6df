/**
 * The pre-tokenizer on UTF-16 units, a word at a time and in place, for the components that the common tokenizers have;
 * where one of them is another, the whole of it works on strings.
 */
import { gpt2Pattern } from "../formats/patterns.js";
import { createWordCutter, schemeOf } from "../pre-tokenizer.js";
import { spaceMark } from "../space-mark.js";
import { type Component, componentsOf } from "../tokenizer-components.js";
import type { EncoderTables } from "./encoder-tables.js";
import type { IdSink } from "./id-sink.js";
import { type Scanner, scannerOf } from "./scan-words.js";
import { createScratch, stringOf } from "./unit-strings.js";

/** `atStart`: the units begin where the whole text does. */
export type UnitCutter = (units: Uint16Array, from: number, to: number, atStart: boolean, sink: IdSink) => void;

type Word = (units: Uint16Array, from: number, to: number, sink: IdSink) => void;

export function createUnitCutter(parts: EncoderTables["parts"], word: Word): UnitCutter {
  const components = componentsOf(parts.preTokenizer);
  const whole: UnitCutter = (units, from, to, _, sink) => word(units, from, to, sink);
  const scan = scannerFor(components);
  if (scan !== undefined) return scanning(scan, word);
  let cut: UnitCutter | undefined = whole;
  for (const part of components.toReversed()) cut = cut && stepOf(part, cut);
  return cut ?? throughStrings(parts, word);
}

/** One known pattern and the byte-level alphabet, which the model sees to. */
function scannerFor(parts: readonly Component[]): Scanner | undefined {
  const [first, second, ...others] = parts;
  if (first === undefined || others.length > 0) return undefined;
  if (first.type === "ByteLevel") {
    const plain = second === undefined && first.add_prefix_space === false && first.use_regex !== false;
    return plain ? scannerOf(gpt2Pattern) : undefined;
  }
  const { Regex: regex } = (first.pattern ?? {}) as { Regex?: unknown };
  const bare = second?.type === "ByteLevel" && second.add_prefix_space === false && second.use_regex === false;
  if (first.type !== "Split" || typeof regex !== "string" || !(bare || second === undefined)) return undefined;
  // These patterns leave nothing between their matches.
  const isolates = first.behavior === "Isolated" || (first.behavior === "Removed" && first.invert === true);
  return isolates ? scannerOf(regex) : undefined;
}

const scanning =
  (scan: Scanner, word: Word): UnitCutter =>
  (units, from, to, _, sink) => {
    for (let at = from; at < to; ) {
      const end = scan(units, at, to);
      word(units, at, end, sink);
      at = end;
    }
  };

/** One component in front of `next`; undefined where it has no form of its own here. */
function stepOf(part: Component, next: UnitCutter): UnitCutter | undefined {
  if (part.type === "Metaspace") {
    return String(part.replacement ?? spaceMark).length === 1 ? metaspaceStep(part, next) : undefined;
  }
  if (part.type !== "Split" || part.invert === true) return undefined;
  const { Regex: regex, String: text } = (part.pattern ?? {}) as { Regex?: unknown; String?: unknown };
  if (part.behavior === "MergedWithNext" && typeof text === "string" && text.length === 1) {
    const mark = text.charCodeAt(0);
    return borderStep((_, unit) => unit === mark, next);
  }
  if (part.behavior !== "Isolated") return undefined;
  if (regex === markRuns) return borderStep((before, unit) => unit === markUnit && before !== markUnit, next);
  if (regex === lineEndRuns) return borderStep((before, unit) => isLineEnd(before) !== isLineEnd(unit), next);
  return undefined;
}

const markUnit = spaceMark.charCodeAt(0);
/** Words behind runs of marks, as SentencePiece models with pieces of several marks are read. */
const markRuns = `${spaceMark}+[^${spaceMark}]*`;
/** The shipped templates'. */
const lineEndRuns = "[\\n\\r\\t]+";

const isLineEnd = (unit: number): boolean => unit === 0x0a || unit === 0x0d || unit === 0x09;

/** Cuts between two units where `isBorder` says so. */
function borderStep(isBorder: (before: number, unit: number) => boolean, next: UnitCutter): UnitCutter {
  return (units, from, to, atStart, sink) => {
    let start = from;
    for (let i = from + 1; i < to; i++) {
      if (!isBorder(units[i - 1]!, units[i]!)) continue;
      next(units, start, i, atStart && start === from, sink);
      start = i;
    }
    if (start < to) next(units, start, to, atStart && start === from, sink);
  };
}

function metaspaceStep(part: Component, next: UnitCutter): UnitCutter {
  const mark = String(part.replacement ?? spaceMark).charCodeAt(0);
  const scheme = schemeOf(part);
  const cut = part.split === false ? next : borderStep((_, unit) => unit === mark, next);
  let marked = new Uint16Array(256);
  return (units, from, to, atStart, sink) => {
    if (marked.length <= to - from) marked = new Uint16Array(2 * (to - from) + 1);
    const prepends = scheme === "always" || (scheme === "first" && atStart);
    let length = 0;
    if (prepends && units[from] !== mark && units[from] !== 0x20) marked[length++] = mark;
    for (let i = from; i < to; i++) marked[length++] = units[i] === 0x20 ? mark : units[i]!;
    cut(marked, 0, length, atStart, sink);
  };
}

function throughStrings(parts: EncoderTables["parts"], word: Word): UnitCutter {
  const cut = createWordCutter(parts);
  const scratch = createScratch();
  return (units, from, to, atStart, sink) => {
    const visit = (piece: string): void => word(scratch(piece), 0, piece.length, sink);
    cut(stringOf(units, from, to), visit, atStart);
  };
}
