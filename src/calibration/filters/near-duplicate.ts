/**
 * Conversations of which most was there before: the Jaccard similarity of their sets of word triples, estimated by MinHash
 * (Broder 1997, On the resemblance and containment of documents), candidates found by banding (Leskovec, Rajaraman and Ullman,
 * Mining of Massive Datasets, section 3.4). About 2 KB of memory a conversation that is kept.
 */
import type { CreateConversationFilter } from "./conversation-filter.js";
import { normalised } from "./duplicate.js";

const bands = 20;
const rows = 6;
const hashes = bands * rows;
/** With fewer words a change of one of them is a change of most triples. */
const fewestWords = 8;

export const nearDuplicate: CreateConversationFilter = ({ near_duplicates: threshold }) => {
  if (threshold === undefined) return () => null;
  const kept: Uint32Array[] = [];
  const buckets = Array.from({ length: bands }, () => new Map<number, number[]>());
  return ({ messages }) => {
    const signature = minHashes(messages.map(({ content }) => content).join("\n"));
    if (signature === undefined) return null;
    const keys = buckets.map((_, band) => hashOf(signature.subarray(band * rows, (band + 1) * rows)));
    const alike = buckets.some((bucket, band) =>
      bucket.get(keys[band]!)?.some((other) => similarity(signature, kept[other]!) >= threshold),
    );
    if (alike) return "near_duplicate";
    for (const [band, bucket] of buckets.entries()) {
      const others = bucket.get(keys[band]!);
      if (others === undefined) bucket.set(keys[band]!, [kept.length]);
      else others.push(kept.length);
    }
    kept.push(signature);
    return null;
  };
};

/** uint32[120], the least value of each hash over the word triples of `text`; undefined for a text of few words. */
export function minHashes(text: string): Uint32Array | undefined {
  const words = normalised(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < fewestWords) return undefined;
  const least = new Uint32Array(hashes).fill(0xffffffff);
  for (let i = 0; i + 3 <= words.length; i++) {
    const triple = hashOfText(`${words[i]} ${words[i + 1]} ${words[i + 2]}`);
    for (let h = 0; h < hashes; h++) {
      const value = scrambled(triple ^ Math.imul(h + 1, 0x9e3779b1));
      if (value < least[h]!) least[h] = value;
    }
  }
  return least;
}

/** Estimate of the Jaccard similarity: the share of hashes with the same least value. Standard deviation at most 0.046. */
export function similarity(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let h = 0; h < hashes; h++) if (a[h] === b[h]) same++;
  return same / hashes;
}

/** FNV-1a over UTF-16 units. */
function hashOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function hashOf(values: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const value of values) hash = scrambled(hash ^ value);
  return hash;
}

/** MurmurHash3's finaliser: every bit of the input changes half of the output's. */
function scrambled(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
