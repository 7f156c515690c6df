/**
 * Further BPE merges on top of given ones, until each of a list of words is one token (the scenario "Extended" of
 * Learned Embedding Propagation, arXiv 2412.21140, section 3.1). The words are cut by the original merges; then the most
 * frequent adjacent pair becomes a merge and is replaced everywhere, until no pair is left. Of pairs with the same count
 * the one with the shorter text comes first, then the one with fewer bytes, then byte order. Characters that a
 * SentencePiece vocabulary lacks become tokens without a merge.
 */
import { spaceMark } from "../tokenizer/space-mark.js";
import { type TokenForm, tokenFormOf } from "../tokenizer/token-form.js";
import type { Merge, TokenizerJson } from "../tokenizer/tokenizer-json.js";
import type { Word } from "./candidate-words.js";
import { mergePairs } from "./merge-pairs.js";
import { createSymbolBuffer, type SegmentedWords } from "./segmented-words.js";
import { createSegmenter } from "./segmenter.js";

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
  const { write, symbols } = tokenFormOf(base);
  const segment = createSegmenter(base.merges, symbols);
  return (text) => {
    const token = write(text);
    if (!base.vocabulary.has(token)) return false;
    return base.ignoreMerges || segment(token).length === 1;
  };
}

/**
 * The extension by all of `words`, or by so many of them, from the first on, that at most `size` tokens are added. The
 * number of added tokens grows with the number of words (a word may need tokens in between), so that number is found by
 * bisection; what is then left of `size` is filled with further words that are a pair of tokens by now, one merge each,
 * and then with what the first of the others are made of, from left to right.
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
  const form = tokenFormOf(base);
  const segment = createSegmenter(base.merges, form.symbols);
  const segmented = words.map(([text]) => segment(form.write(text)));
  return (count) => {
    const tokens: string[] = new Array(base.size);
    for (const [token, id] of base.vocabulary) tokens[id] = token;
    for (const { content, id } of base.addedTokens) tokens[id] = content;
    const ids = new Map(base.vocabulary);
    const idOf = (token: string): number => {
      let id = ids.get(token);
      if (id === undefined) {
        id = tokens.push(token) - 1;
        ids.set(token, id);
      }
      return id;
    };
    // Where it is missing, text with a space could not be spelled once words begin with it.
    if (form.name === "sentencepiece") idOf(spaceMark);
    const merges: Merge[] = [];
    const gathered = gather(segmented.slice(0, count), words, idOf);
    mergePairs(gathered, {
      minCount: 1,
      precedes: orderOf(tokens, form),
      merge(left, right) {
        merges.push([tokens[left]!, tokens[right]!]);
        return idOf(tokens[left]! + tokens[right]!);
      },
    });
    return { tokens: tokens.slice(base.size), merges, words: count };
  };
}

type Precedes = Parameters<typeof mergePairs>[1]["precedes"];

/** Of two pairs with the same count. `tokens` grows meanwhile. */
function orderOf(tokens: readonly string[], form: TokenForm): Precedes {
  const lengths: number[] = [];
  const lengthOf = (id: number): number => {
    lengths[id] ??= form.lengthOf(tokens[id]!);
    return lengths[id];
  };
  return (table, pair, other) => {
    const [left, right] = [table.left(pair), table.right(pair)];
    const [otherLeft, otherRight] = [table.left(other), table.right(other)];
    const characters = lengthOf(left) + lengthOf(right) - lengthOf(otherLeft) - lengthOf(otherRight);
    if (characters !== 0) return characters < 0;
    const bytes = form.bytesOf(tokens[left]! + tokens[right]!);
    const otherBytes = form.bytesOf(tokens[otherLeft]! + tokens[otherRight]!);
    if (bytes.length !== otherBytes.length) return bytes.length < otherBytes.length;
    const order = Buffer.compare(bytes, otherBytes);
    return order === 0 ? left < otherLeft : order < 0;
  };
}

function gather(
  segmented: readonly string[][],
  words: readonly Word[],
  idOf: (token: string) => number,
): SegmentedWords {
  const buffer = createSymbolBuffer(
    segmented.reduce((sum, parts) => sum + parts.length, 0),
    segmented.length,
  );
  for (const [word, parts] of segmented.entries()) {
    for (const part of parts) buffer.append(idOf(part));
    buffer.endWord(words[word]![1]);
  }
  return buffer.words();
}

function fillUp(base: TokenizerJson, words: readonly Word[], extension: Extension, size: number): Extension {
  const { tokens, merges } = extension;
  if (tokens.length >= size || extension.words >= words.length) return extension;
  const known = new Set([...base.vocabulary.keys(), ...tokens]);
  const { write, symbols } = tokenFormOf(base);
  const segment = createSegmenter([...base.merges, ...merges], symbols);
  const filled: Extension = { tokens: [...tokens], merges: [...merges], words: extension.words };
  for (const [text] of words.slice(extension.words)) {
    if (filled.tokens.length >= size) break;
    const token = write(text);
    const parts = segment(token);
    if (parts.length === 1 && known.has(token)) filled.words++;
    if (parts.length !== 2 || known.has(token) || !parts.every((part) => known.has(part))) continue;
    known.add(token);
    filled.tokens.push(token);
    filled.merges.push([parts[0]!, parts[1]!]);
    filled.words++;
  }
  for (const [text] of words.slice(extension.words)) {
    if (filled.tokens.length >= size) break;
    addParts(createSegmenter([...base.merges, ...filled.merges], symbols)(write(text)), known, filled, size);
  }
  return filled;
}

/** Merges `parts` from left to right as far as there is room for what comes about. */
function addParts([first = "", ...rest]: string[], known: Set<string>, filled: Extension, size: number): void {
  let left = first;
  for (const right of rest) {
    const token = left + right;
    const isNew = !known.has(token);
    if (!known.has(left) || !known.has(right) || (isNew && filled.tokens.length >= size)) return;
    filled.merges.push([left, right]);
    if (isNew) filled.tokens.push(token);
    known.add(token);
    left = token;
  }
}
