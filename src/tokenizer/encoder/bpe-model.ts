/**
 * Byte pair encoding of one word (Sennrich et al. 2016, arXiv:1508.07909), with the order of merges and the rules for
 * unknown characters of Hugging Face tokenizers: the pair of lowest rank first, the leftmost among equals. Short words
 * look for it one by one; long ones keep their pairs in a heap, so that the time stays n log n.
 */
import { byteAlphabet } from "../byte-level.js";
import { type IdSink, reserveIds } from "./id-sink.js";
import { findMerge, type MergeTable } from "./merge-table.js";
import { findToken, type TokenTable } from "./token-table.js";
import { utf8Of } from "./utf8.js";
import type { WordModel } from "./word-model.js";

export interface BpeTables {
  kind: "bpe";
  /** All tokens of the model in their printable form → id. */
  tokens: TokenTable;
  /** Id of each UTF-16 unit that is a token, int32[65536], −1 where it is none. */
  singles: Int32Array;
  merges: MergeTable;
  /** Words become bytes and bytes their printable characters. */
  byteLevel: boolean;
  ignoreMerges: boolean;
  /** Id of each byte's `<0x..>` token, int32[256], −1 where there is none; null without byte fallback. */
  byteIds: Int32Array | null;
  /** −1: what is unknown leaves no id. */
  unknownId: number;
  fuseUnknown: boolean;
}

/** Words of more symbols are merged by the heap. */
const shortWord = 48;
const none = 0x7fffffff;
/** A heap entry is rank × this + place, exact in a float64. */
const places = 2 ** 31;

export function createBpeModel(tables: BpeTables): WordModel {
  const { singles, byteLevel, ignoreMerges, byteIds, unknownId, fuseUnknown } = tables;
  const { merges: table } = tables;
  const merges = table.slots;
  const alphabet = Uint16Array.from(byteAlphabet, (character) => character.charCodeAt(0));
  let bytes = new Uint8Array(256);
  let letters = new Uint16Array(256);
  let symbols = new Int32Array(256);

  const append = (units: Uint16Array, from: number, to: number, sink: IdSink): boolean => {
    let source = units;
    let start = from;
    let end = to;
    if (byteLevel) {
      if (bytes.length < 3 * (to - from)) {
        bytes = new Uint8Array(4 * (to - from));
        letters = new Uint16Array(bytes.length);
      }
      end = utf8Of(units, from, to, bytes);
      for (let i = 0; i < end; i++) letters[i] = alphabet[bytes[i]!]!;
      source = letters;
      start = 0;
    }
    reserveIds(sink, 3 * (end - start));
    if (ignoreMerges) {
      const whole = findToken(tables.tokens, source, start, end);
      if (whole >= 0) {
        sink.ids[sink.length++] = whole;
        return true;
      }
    }
    if (symbols.length < 3 * (end - start)) symbols = new Int32Array(4 * (end - start));
    const count = split(source, start, end);
    sink.length += count > shortWord ? mergeLong(symbols, count, table, sink) : mergeShort(symbols, count, sink);
    return true;
  };

  /** The symbols that a word starts from; returns how many. */
  const split = (units: Uint16Array, from: number, to: number): number => {
    let count = 0;
    // As in Hugging Face tokenizers, an unknown character waits for the next known one, bytes overtake it.
    let waiting = false;
    for (let i = from; i < to; ) {
      const width = units[i]! >> 10 === 0x36 ? 2 : 1;
      const id = width === 1 ? singles[units[i]!]! : findToken(tables.tokens, units, i, i + 2);
      if (id >= 0) {
        if (waiting) symbols[count++] = unknownId;
        waiting = false;
        symbols[count++] = id;
      } else {
        const spelled = byteIds === null ? 0 : spell(units, i, i + width, count, byteIds);
        count += spelled;
        if (spelled === 0 && unknownId >= 0) {
          if (waiting && !fuseUnknown) symbols[count++] = unknownId;
          waiting = true;
        }
      }
      i += width;
    }
    if (waiting) symbols[count++] = unknownId;
    return count;
  };

  const character = new Uint8Array(4);
  /** Byte tokens of one character at `at` of the symbols; 0 where one of them is missing. */
  const spell = (units: Uint16Array, from: number, to: number, at: number, ids: Int32Array): number => {
    const length = utf8Of(units, from, to, character);
    for (let i = 0; i < length; i++) {
      const id = ids[character[i]!]!;
      if (id < 0) return 0;
      symbols[at + i] = id;
    }
    return length;
  };

  /** The rank of each pair of neighbours and the id that it becomes; `none` and whatever for what is no merge. */
  const ranks = new Int32Array(shortWord);
  const merged = new Int32Array(shortWord);
  const look = (at: number, left: number, right: number): void => {
    const slot = findMerge(table, left, right);
    ranks[at] = slot < 0 ? none : merges[slot + 2]!;
    if (slot >= 0) merged[at] = merges[slot + 3]!;
  };

  const mergeShort = (parts: Int32Array, length: number, sink: IdSink): number => {
    let last = length - 1;
    for (let i = 0; i < last; i++) look(i, parts[i]!, parts[i + 1]!);
    for (;;) {
      let best = none;
      let at = 0;
      for (let i = 0; i < last; i++) {
        if (ranks[i]! < best) {
          best = ranks[i]!;
          at = i;
        }
      }
      if (best === none) break;
      const whole = merged[at]!;
      parts[at] = whole;
      last--;
      for (let i = at + 1; i <= last; i++) parts[i] = parts[i + 1]!;
      for (let i = at + 1; i < last; i++) {
        ranks[i] = ranks[i + 1]!;
        merged[i] = merged[i + 1]!;
      }
      if (at < last) look(at, whole, parts[at + 1]!);
      if (at > 0) look(at - 1, parts[at - 1]!, whole);
    }
    for (let i = 0; i <= last; i++) sink.ids[sink.length + i] = parts[i]!;
    return last + 1;
  };

  return { begin: () => {}, append };
}

/** Merges `parts[0, count)` into the sink behind its length; returns how many are left. */
function mergeLong(parts: Int32Array, count: number, table: MergeTable, sink: IdSink): number {
  const merges = table.slots;
  const next = Int32Array.from({ length: count }, (_, i) => (i + 1 < count ? i + 1 : -1));
  const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
  const gone = new Uint8Array(count);
  // A place gets a first entry, and each merge makes at most two new ones.
  const heap = createHeap(3 * count);
  const push = (at: number): void => {
    const right = at < 0 ? -1 : next[at]!;
    const slot = right < 0 ? -1 : findMerge(table, parts[at]!, parts[right]!);
    if (slot >= 0) heap.push(merges[slot + 2]! * places + at);
  };
  for (let i = 0; i + 1 < count; i++) push(i);
  for (let entry = heap.pop(); entry >= 0; entry = heap.pop()) {
    const at = entry % places;
    const right = next[at]!;
    if (gone[at] === 1 || right < 0) continue;
    const slot = findMerge(table, parts[at]!, parts[right]!);
    // The pair that the entry was made for may have been merged away.
    if (slot < 0 || merges[slot + 2] !== (entry - at) / places) continue;
    parts[at] = merges[slot + 3]!;
    gone[right] = 1;
    next[at] = next[right]!;
    if (next[at]! >= 0) previous[next[at]!] = at;
    push(previous[at]!);
    push(at);
  }
  let kept = 0;
  for (let i = 0; i >= 0; i = next[i]!) sink.ids[sink.length + kept++] = parts[i]!;
  return kept;
}

/** Numbers out in ascending order; −1 from an empty heap. */
function createHeap(most: number): { push(value: number): void; pop(): number } {
  const values = new Float64Array(most);
  let size = 0;
  return {
    push(value) {
      let at = size++;
      for (let parent = (at - 1) >> 1; at > 0 && values[parent]! > value; parent = (at - 1) >> 1) {
        values[at] = values[parent]!;
        at = parent;
      }
      values[at] = value;
    },
    pop() {
      if (size === 0) return -1;
      const top = values[0]!;
      const last = values[--size]!;
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && values[child + 1]! < values[child]!) child++;
        if (values[child]! >= last) break;
        values[at] = values[child]!;
        at = child;
      }
      values[at] = last;
      return top;
    },
  };
}
