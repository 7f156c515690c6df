/**
 * SentencePiece's table of replaced characters (`precompiled_charsmap`, the normaliser `Precompiled` of a tokenizer.json):
 * a number of bytes, so many bytes of a double array over UTF-8, then the replacements, each ended by a NUL. The array's
 * units are 32 bits: label in the low byte, "a key ends here" in bit 8, the offset to the children above bit 10, shifted
 * by another 8 where bit 9 is set; a child is at offset XOR label, the value of a key at the offset itself.
 * Sources: normalizer.cc of google/sentencepiece, darts.h of s-yata/darts-clone, huggingface/spm_precompiled.
 */
import { TokenizerError } from "../../errors.js";

export interface Charsmap {
  /** The file form. */
  bytes: Uint8Array;
  units: Uint32Array;
  /** Replacements, one behind the other. */
  replacements: Buffer;
}

const hasLeaf = (unit: number): boolean => (unit & 0x100) !== 0;
/** A value's unit has the top bit set, which no label has. */
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0;
const placeOf = (unit: number): number => unit & 0x7fffffff;
const offsetOf = (unit: number): number => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;

/**
 * Reads a table and checks all of it that any text could reach. `place` is named in messages. Throws `TokenizerError`:
 * readers elsewhere take such a table on trust, and a damaged one ends their process.
 */
export function parseCharsmap(bytes: Uint8Array, place: string): Charsmap {
  const fail = (fault: string): never => {
    throw new TokenizerError("tokenizer.charsmap", `${place}: the table of characters is damaged: ${fault}`);
  };
  if (bytes.length < 4) fail(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(0, true);
  if (size % 4 !== 0 || size === 0 || size > bytes.length - 4)
    fail(`its array of ${size} bytes does not fit into ${bytes.length}`);
  const units = new Uint32Array(size / 4);
  for (let i = 0; i < units.length; i++) units[i] = view.getUint32(4 + 4 * i, true);
  const replacements = Buffer.from(bytes.subarray(4 + size));
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(replacements);
  } catch {
    fail("its replacements are not valid UTF-8");
  }
  if (replacements.length > 0 && replacements.at(-1) !== 0) fail("its last replacement has no end");
  checkUnits(units, replacements, fail);
  return { bytes, units, replacements };
}

/** Walks over every node that some text leads to. */
function checkUnits(units: Uint32Array, replacements: Buffer, fail: (fault: string) => never): void {
  const seen = new Uint8Array(units.length);
  const open = [0];
  seen[0] = 1;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const unit = units[node]!;
    const base = (node ^ offsetOf(unit)) >>> 0;
    // The root's offset counts from 0, which is its own place. All 256 places that a byte leads to have to be there.
    if (base >= units.length || (base | 0xff) >= units.length) fail(`unit ${node} points behind the array`);
    if (node !== 0 && hasLeaf(unit)) {
      const value = placeOf(units[base]!);
      if (value >= replacements.length) fail(`unit ${base} points behind the replacements`);
      if ((replacements[value]! & 0xc0) === 0x80) fail(`unit ${base} points into a character`);
    }
    for (let label = 1; label < 256; label++) {
      const child = base ^ label;
      if (seen[child] === 1 || labelOf(units[child]!) !== label) continue;
      seen[child] = 1;
      open.push(child);
    }
  }
}

/** What the longest key that `text` (UTF-8) has from `at` is replaced by, and its length; undefined: no key begins there. */
function longestMatch(
  { units, replacements }: Charsmap,
  text: Uint8Array,
  at: number,
): { length: number; replacement: Uint8Array } | undefined {
  let length = 0;
  let value = -1;
  for (const [end, leaf] of keys(units, text, at)) {
    length = end - at;
    value = leaf;
  }
  return value < 0 ? undefined : { length, replacement: replacementAt(replacements, value) };
}

const replacementAt = (replacements: Buffer, value: number): Uint8Array =>
  replacements.subarray(value, replacements.indexOf(0, value));

/** End and value of every key that `text` has from `at`, shorter ones first. */
function* keys(units: Uint32Array, text: Uint8Array, at: number): Generator<[end: number, value: number]> {
  let node = offsetOf(units[0]!);
  for (let i = at; i < text.length; i++) {
    const label = text[i]!;
    if (label === 0) return;
    node ^= label;
    const unit = units[node]!;
    if (labelOf(unit) !== label) return;
    node ^= offsetOf(unit);
    if (hasLeaf(unit)) yield [i + 1, placeOf(units[node]!)];
  }
}

/** `text` with its characters replaced as SentencePiece does it: from left to right, the longest key first. */
export function normalizeText(charsmap: Charsmap, text: string): string {
  const bytes = Buffer.from(text, "utf8");
  const parts: Uint8Array[] = [];
  let plain = 0;
  for (let at = 0; at < bytes.length; ) {
    const match = longestMatch(charsmap, bytes, at);
    if (match === undefined) {
      at += characterLength(bytes[at]!);
      continue;
    }
    parts.push(bytes.subarray(plain, at), match.replacement);
    at += match.length;
    plain = at;
  }
  if (plain === 0) return bytes.toString("utf8");
  parts.push(bytes.subarray(plain));
  return Buffer.concat(parts).toString("utf8");
}

const characterLength = (lead: number): number => (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Characters that are graphemes by themselves unless what follows them is none of these: nearly all of ordinary text. */
const plainRuns =
  /[\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2116\u3000-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]+(?![^\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2116\u3000-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff])/g;

/**
 * `text` with its characters replaced as Hugging Face tokenizers do it: a grapheme of less than six bytes as a whole, where
 * the shortest key at its start decides, else each of its characters alone.
 */
export function normalizeGraphemes(charsmap: Charsmap, text: string): string {
  let result = "";
  let at = 0;
  for (const { 0: run, index } of text.matchAll(plainRuns)) {
    result += normalizeSegments(charsmap, text.slice(at, index)) + normalizePlain(charsmap, run);
    at = index + run.length;
  }
  return result + normalizeSegments(charsmap, text.slice(at));
}

/** What the shortest key at the start of `part` is replaced by; undefined: none begins there. */
function shortestMatch({ units, replacements }: Charsmap, part: string): string | undefined {
  for (const [, value] of keys(units, Buffer.from(part, "utf8"), 0))
    return Buffer.from(replacementAt(replacements, value)).toString("utf8");
  return undefined;
}

function normalizeSegments(charsmap: Charsmap, text: string): string {
  let result = "";
  for (const segment of segmentsOf(text)) {
    const whole = Buffer.byteLength(segment, "utf8") < 6 ? shortestMatch(charsmap, segment) : undefined;
    if (whole !== undefined) result += whole;
    else for (const character of segment) result += shortestMatch(charsmap, character) ?? character;
  }
  return result;
}

/** The graphemes of `text`, some at a time: the segmenter's time grows with the square of a text's length. */
function* segmentsOf(text: string): Generator<string> {
  let window = 256;
  for (let at = 0; at < text.length; ) {
    // Never between the halves of a character.
    const halved = /[\ud800-\udbff]/.test(text[at + window - 1] ?? "");
    const piece = text.slice(at, at + window - (halved ? 1 : 0));
    const segments = Array.from(graphemes.segment(piece), ({ segment }) => segment);
    // The last one may go on behind the piece.
    if (at + piece.length < text.length) segments.pop();
    if (segments.length === 0) window *= 2;
    for (const segment of segments) {
      at += segment.length;
      yield segment;
    }
  }
}

/** By UTF-16 unit; null where the character stays. */
const singles = new WeakMap<Charsmap, (string | null | undefined)[]>();

/** Every unit is a grapheme. */
function normalizePlain(charsmap: Charsmap, text: string): string {
  let known = singles.get(charsmap);
  if (known === undefined) {
    known = new Array(0x10000).fill(undefined);
    singles.set(charsmap, known);
  }
  let result = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    let replacement = known[unit];
    if (replacement === undefined) {
      replacement = shortestMatch(charsmap, text[i]!) ?? null;
      known[unit] = replacement;
    }
    if (replacement === null) continue;
    result += text.slice(from, i) + replacement;
    from = i + 1;
  }
  return result + text.slice(from);
}
