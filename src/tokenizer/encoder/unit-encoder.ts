/**
 * From a text in UTF-16 units to ids: added tokens are cut out, the rest is normalised, cut into words and given to the
 * model, all in place where the components allow it; other components work on strings.
 */
import { createNormalizer, type Normalizer } from "../normalizer.js";
import { spaceMark } from "../space-mark.js";
import { type Component, componentsOf } from "../tokenizer-components.js";
import { cutAddedTokens } from "./added-tokens.js";
import { createBpeModel } from "./bpe-model.js";
import { type EncoderTables, isSurrogate, mayBeYoung, startsToken } from "./encoder-tables.js";
import { type IdSink, reserveIds } from "./id-sink.js";
import { createUnigramModel } from "./unigram-model.js";
import { createUnitCutter } from "./unit-cutter.js";
import { createScratch, stringOf } from "./unit-strings.js";
import { createCachedModel } from "./word-cache.js";

/**
 * Appends the ids of `units[from, to)`, a whole text; lone surrogates in it are replaced by U+FFFD. False, and nothing
 * appended, where the text has a character that is left to the binding.
 */
export type UnitEncoder = (units: Uint16Array, from: number, to: number, sink: IdSink) => boolean;

export function createUnitEncoder(tables: EncoderTables): UnitEncoder {
  const { model: modelTables, joined, addedTokens, normalizedTokens } = tables;
  const model = createCachedModel(
    modelTables.kind === "bpe" ? createBpeModel(modelTables) : createUnigramModel(modelTables, joined === null),
  );
  const mark = spaceMark.charCodeAt(0);

  /** A word for the model, in parts that no token reaches across. */
  const word = (units: Uint16Array, from: number, to: number, sink: IdSink): void => {
    model.begin(sink);
    let start = from;
    if (joined !== null) {
      for (let i = from + 1; i < to; i++) {
        if (units[i] !== mark || joined[units[i - 1]!] === 1) continue;
        model.append(units, start, i, sink);
        start = i;
      }
    }
    model.append(units, start, to, sink);
  };

  const cut = createUnitCutter(tables.parts, word);
  const normalize = createUnitNormalizer(tables.parts);

  const text = (units: Uint16Array, from: number, to: number, atStart: boolean, sink: IdSink): void => {
    const normal = normalize(units, from, to);
    const first = normal.from;
    if (first === normal.to) return;
    if (normalizedTokens === null) {
      cut(normal.units, first, normal.to, atStart, sink);
      return;
    }
    cutAddedTokens(normalizedTokens, normal.units, first, normal.to, {
      text: (start, end) => cut(normal.units, start, end, atStart && start === first, sink),
      token: (id) => appendId(sink, id),
    });
  };

  return (units, from, to, sink) => {
    const notes = inspect(tables, units, from, to);
    if ((notes & mayBeYoung) !== 0) return false;
    if (from === to) return true;
    if (addedTokens === null || (notes & startsToken) === 0) {
      text(units, from, to, true, sink);
      return true;
    }
    cutAddedTokens(addedTokens, units, from, to, {
      text: (start, end) => text(units, start, end, start === from, sink),
      token: (id) => appendId(sink, id),
    });
    return true;
  };
}

function appendId(sink: IdSink, id: number): void {
  reserveIds(sink, 1);
  sink.ids[sink.length++] = id;
}

/** All notes on the text; `mayBeYoung` only where it is. Replaces lone surrogates. */
function inspect({ notes, young }: EncoderTables, units: Uint16Array, from: number, to: number): number {
  let found = 0;
  for (let i = from; i < to; i++) {
    const unit = units[i]!;
    const note = notes[unit]!;
    if (note === 0) continue;
    found |= note & startsToken;
    if ((note & isSurrogate) === 0) {
      if ((note & mayBeYoung) !== 0) return mayBeYoung;
      continue;
    }
    const low = i + 1 < to ? units[i + 1]! : 0;
    if (unit >> 10 !== 0x36 || low >> 10 !== 0x37) {
      units[i] = 0xfffd;
      found |= notes[0xfffd]! & startsToken;
      continue;
    }
    if ((note & mayBeYoung) !== 0 && isIn(young, 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff))) return mayBeYoung;
    i++;
  }
  return found;
}

function isIn(ranges: Int32Array, point: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (point >= ranges[i]! && point <= ranges[i + 1]!) return true;
  return false;
}

interface NormalText {
  units: Uint16Array;
  from: number;
  to: number;
}

type UnitNormalizer = (units: Uint16Array, from: number, to: number) => NormalText;

function createUnitNormalizer(parts: EncoderTables["parts"]): UnitNormalizer {
  const components = componentsOf(parts.normalizer);
  const result: NormalText = { units: new Uint16Array(0), from: 0, to: 0 };
  if (components.length === 0) {
    return (units, from, to) => {
      result.units = units;
      result.from = from;
      result.to = to;
      return result;
    };
  }
  const simple = components.every(isUnitStep) ? simpleNormalizer(components) : undefined;
  const normalize: Normalizer = createNormalizer(parts);
  const scratch = createScratch();
  let held = new Uint16Array(256);
  return (units, from, to) => {
    if (simple !== undefined) {
      if (held.length < to - from + simple.front.length) held = new Uint16Array(2 * (to - from) + simple.front.length);
      held.set(simple.front);
      let length = simple.front.length;
      for (let i = from; i < to; i++) held[length++] = simple.map[units[i]!]!;
      result.units = held;
      result.to = length;
    } else {
      const normal = normalize(stringOf(units, from, to));
      result.units = scratch(normal);
      result.to = normal.length;
    }
    return result;
  };
}

/** SentencePiece's: one character for another, or a text in front. */
function isUnitStep(part: Component): boolean {
  if (part.type === "Prepend") return true;
  const { String: text } = (part.pattern ?? {}) as { String?: unknown };
  const isUnit = (value: unknown): boolean => typeof value === "string" && /^[^\ud800-\udfff]$/.test(value);
  return part.type === "Replace" && isUnit(text) && isUnit(part.content);
}

function simpleNormalizer(parts: readonly Component[]): { front: Uint16Array; map: Uint16Array } {
  const map = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit);
  let front: number[] = [];
  for (const part of parts) {
    if (part.type === "Prepend") {
      const text = String(part.prepend);
      front.unshift(...Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)));
      continue;
    }
    const from = String((part.pattern as { String: string }).String).charCodeAt(0);
    const to = String(part.content).charCodeAt(0);
    const replaced = (unit: number): number => (unit === from ? to : unit);
    front = front.map(replaced);
    for (const [unit, value] of map.entries()) map[unit] = replaced(value);
  }
  return { front: Uint16Array.from(front), map };
}
