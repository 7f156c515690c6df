/**
 * Unigram segmentation (Kudo 2018, arXiv:1804.10959): the most probable pieces of a text by the Viterbi algorithm, with
 * the rules of Hugging Face tokenizers: of equal paths the one found first, an unknown character costs the lowest score
 * less 10, neighbouring unknown ones are one, which becomes its bytes where the vocabulary has them.
 *
 * Scores add up from the start of the text in float64, so a tie can fall either way by what stands in front. A text that is
 * cut into words here gives the same pieces nevertheless: where a word's best path wins by less than any rounding could
 * change, it is looked for again with the sum of all scores in front of it.
 */

import { type IdSink, reserveIds } from "./id-sink.js";
import { findInTrie, type UnitTrie } from "./unit-trie.js";
import { utf8Of } from "./utf8.js";
import type { WordModel } from "./word-model.js";

export interface UnigramTables {
  kind: "unigram";
  tokens: UnitTrie;
  /** Log-probability of each id, float64. */
  scores: Float64Array;
  /** Score of an unknown character. */
  unknownScore: number;
  unknownId: number;
  byteIds: Int32Array | null;
}

/** Far above what rounding does to sums of up to 10⁹, far below what sets two scores of a real vocabulary apart. */
const tie = 1e-5;

/** `whole`: every word is a text of its own for the model, so that nothing stands in front of it. */
export function createUnigramModel(tables: UnigramTables, whole: boolean): WordModel {
  const { tokens, scores, unknownScore, unknownId, byteIds } = tables;
  const { codes, cells } = tokens;
  let best = new Float64Array(256);
  let starts = new Int32Array(256);
  let ids = new Int32Array(256);
  /** By how much the best path to a place wins. */
  let margins = new Float64Array(256);
  let bytes = new Uint8Array(256);
  // Sum of the scores of the ids between the start of the text and `summed`.
  let sum = 0;
  let summed = 0;

  /** Fills the tables for `units[from, to)`. */
  const search = (units: Uint16Array, from: number, to: number, before: number): void => {
    const length = to - from;
    if (best.length <= length) {
      best = new Float64Array(2 * length);
      starts = new Int32Array(2 * length);
      ids = new Int32Array(2 * length);
      margins = new Float64Array(2 * length);
    }
    starts.fill(-1, 0, length + 1);
    best[0] = before;
    for (let start = 0; start < length; ) {
      const base = best[start]!;
      const width = units[from + start]! >> 10 === 0x36 ? 2 : 1;
      let single = false;
      let node = 0;
      for (let end = start; end < length; ) {
        // A step of the trie, spelled out in the innermost loop.
        const code = codes[units[from + end]!]!;
        const child = cells[node << 2]! + code;
        if (code === 0 || cells[(child << 2) + 1] !== node) break;
        node = child;
        end++;
        const id = cells[(node << 2) + 2]!;
        if (id < 0) continue;
        offer(end, start, id, base + scores[id]!);
        if (end === start + width) single = true;
      }
      if (!single) offer(start + width, start, unknownId, base + unknownScore);
      start += width;
    }
  };

  const offer = (end: number, start: number, id: number, score: number): void => {
    if (starts[end] === -1) {
      margins[end] = Number.POSITIVE_INFINITY;
    } else if (score > best[end]!) {
      margins[end] = score - best[end]!;
    } else {
      margins[end] = Math.min(margins[end]!, best[end]! - score);
      return;
    }
    best[end] = score;
    starts[end] = start;
    ids[end] = id;
  };

  /** Whether no tie and no unknown character is on the best path. */
  const isCertain = (length: number): boolean => {
    for (let end = length; end > 0; end = starts[end]!) {
      if (margins[end]! <= tie || ids[end] === unknownId) return false;
    }
    return true;
  };

  /** Appends the pieces of the best path, the last one first, and turns them round. */
  const trace = (units: Uint16Array, from: number, to: number, sink: IdSink): void => {
    reserveIds(sink, 3 * (to - from));
    const first = sink.length;
    for (let end = to - from; end > 0; ) {
      let start = starts[end]!;
      if (ids[end] === unknownId) {
        while (start > 0 && ids[start] === unknownId) start = starts[start]!;
        appendUnknown(units, from + start, from + end, sink);
      } else {
        sink.ids[sink.length++] = ids[end]!;
      }
      end = start;
    }
    const { ids: out } = sink;
    for (let i = first, j = sink.length - 1; i < j; i++, j--) {
      const id = out[i]!;
      out[i] = out[j]!;
      out[j] = id;
    }
  };

  /** The last byte first. */
  const appendUnknown = (units: Uint16Array, from: number, to: number, sink: IdSink): void => {
    const token = findInTrie(tokens, units, from, to);
    const at = sink.length;
    if (token < 0 && byteIds !== null) {
      if (bytes.length < 3 * (to - from)) bytes = new Uint8Array(3 * (to - from));
      for (let i = utf8Of(units, from, to, bytes) - 1; i >= 0; i--) sink.ids[sink.length++] = byteIds[bytes[i]!]!;
      if (!sink.ids.subarray(at, sink.length).includes(-1)) return;
    }
    sink.length = at;
    sink.ids[sink.length++] = token < 0 ? unknownId : token;
  };

  return {
    begin(sink) {
      sum = 0;
      summed = sink.length;
    },
    append(units, from, to, sink) {
      search(units, from, to, 0);
      const certain = isCertain(to - from);
      if (!whole && !certain) {
        for (; summed < sink.length; summed++) sum += scores[sink.ids[summed]!]!;
        search(units, from, to, sum);
        sum = best[to - from]!;
      }
      trace(units, from, to, sink);
      if (!whole && !certain) summed = sink.length;
      return whole || certain;
    },
  };
}
