/**
 * Further BPE merges on top of given ones, until each of a list of words is one token (the scenario "Extended" of
 * Learned Embedding Propagation, arXiv 2412.21140, section 3.1). The words are cut by the original merges; then the most
 * frequent adjacent pair becomes a merge and is replaced everywhere, until no pair is left. Of pairs with the same count
 * the one with the shorter text comes first, then the one with fewer bytes, then byte order.
 */
import { bytesOfToken, tokenOfText } from "../tokenizer/byte-level.js";
import type { Merge, TokenizerJson } from "../tokenizer/tokenizer-json.js";
import type { Word } from "./candidate-words.js";
import { mergePairs, type SegmentedWords } from "./merge-pairs.js";
import { createSegmenter } from "./segment-words.js";

export interface Extension {
  /** New tokens in the order in which they came about; ids go up from the base's size. */
  tokens: string[];
  /** New merges, in order of rank after the base's. */
  merges: Merge[];
  /** How many words became one token each. */
  words: number;
}

/** True where `base` has the text as one token. */
export function createOneTokenTest(base: TokenizerJson): (text: string) => boolean {
  const segment = createSegmenter(base.vocabulary, base.merges);
  return (text) => {
    const token = tokenOfText(text);
    if (!base.vocabulary.has(token)) return false;
    return base.ignoreMerges || segment(token).length === 1;
  };
}

/**
 * The extension by all of `words`, or by so many of them, from the first on, that at most `size` tokens are added. The
 * number of added tokens grows with the number of words (a word may need tokens in between), so that number is found by
 * bisection; what is then left of `size` is filled with further words that are a pair of tokens by now, one merge each,
 * at the end of the list.
 */
export function extendMerges(base: TokenizerJson, words: readonly Word[], size?: number): Extension {
  const extend = createExtender(base, words);
  if (size === undefined) return extend(words.length);
  let low = 0;
  let best: Extension = { tokens: [], merges: [], words: 0 };
  // A word adds one token at least.
  for (let high = Math.min(words.length, size), next = high; low < high; next = (low + high + 1) >> 1) {
    const tried = extend(next);
    if (tried.tokens.length > size) high = next - 1;
    else {
      low = next;
      best = tried;
    }
  }
  return fillUp(base, words, best, size);
}

/** A function that extends `base` by the first so many words. The segmentation is done once. */
function createExtender(base: TokenizerJson, words: readonly Word[]): (count: number) => Extension {
  const segment = createSegmenter(base.vocabulary, base.merges);
  const segmented = words.map(([text]) => segment(tokenOfText(text)));
  return (count) => {
    const tokens: string[] = new Array(base.size);
    for (const [token, id] of base.vocabulary) tokens[id] = token;
    for (const { content, id } of base.addedTokens) tokens[id] = content;
    const ids = new Map(base.vocabulary);
    const merges: Merge[] = [];
    const lengths = tokens.map(textLength);
    mergePairs(gather(segmented.slice(0, count), words), {
      minCount: 1,
      allows: () => true,
      precedes(table, pair, other) {
        const [left, right] = [table.left(pair), table.right(pair)];
        const [otherLeft, otherRight] = [table.left(other), table.right(other)];
        const characters = lengths[left]! + lengths[right]! - lengths[otherLeft]! - lengths[otherRight]!;
        if (characters !== 0) return characters < 0;
        const text = tokens[left]! + tokens[right]!;
        const otherText = tokens[otherLeft]! + tokens[otherRight]!;
        if (text.length !== otherText.length) return text.length < otherText.length;
        if (text === otherText) return left < otherLeft;
        return Buffer.compare(bytesOfToken(text)!, bytesOfToken(otherText)!) < 0;
      },
      merge(left, right) {
        merges.push([tokens[left]!, tokens[right]!]);
        const token = tokens[left]! + tokens[right]!;
        let id = ids.get(token);
        if (id === undefined) {
          id = tokens.push(token) - 1;
          ids.set(token, id);
          lengths.push(textLength(token));
        }
        return id;
      },
    });
    return { tokens: tokens.slice(base.size), merges, words: count };
  };
}

/** Characters of a token: its bytes that do not continue one. */
function textLength(token: string): number {
  let length = 0;
  for (const byte of bytesOfToken(token) ?? []) if ((byte & 0xc0) !== 0x80) length++;
  return length;
}

function gather(segmented: readonly number[][], words: readonly Word[]): SegmentedWords {
  const lengths = Uint32Array.from(segmented, (ids) => ids.length);
  const starts = new Uint32Array(lengths.length);
  for (let word = 1; word < starts.length; word++) starts[word] = starts[word - 1]! + lengths[word - 1]!;
  return {
    symbols: Int32Array.from(segmented.flat()),
    starts,
    lengths,
    counts: Float64Array.from(segmented, (_, word) => words[word]![1]),
  };
}

function fillUp(base: TokenizerJson, words: readonly Word[], extension: Extension, size: number): Extension {
  const { tokens, merges } = extension;
  if (tokens.length >= size || extension.words >= words.length) return extension;
  const ids = new Map(base.vocabulary);
  for (const [i, token] of tokens.entries()) ids.set(token, base.size + i);
  const segment = createSegmenter(ids, [...base.merges, ...merges]);
  const tokenOf = new Map([...ids].map(([token, id]) => [id, token]));
  const filled: Extension = { tokens: [...tokens], merges: [...merges], words: extension.words };
  for (const [text] of words.slice(extension.words)) {
    if (filled.tokens.length >= size) break;
    const token = tokenOfText(text);
    const parts = segment(token);
    if (parts.length === 1) filled.words++;
    if (parts.length !== 2 || ids.has(token)) continue;
    filled.tokens.push(token);
    filled.merges.push([tokenOf.get(parts[0]!)!, tokenOf.get(parts[1]!)!]);
    filled.words++;
  }
  return filled;
}
