/**
 * The unit of a token file: 1024 tokens, all that is known of them side by side, so that a slice of the
 * stream is one read. Ids of 2 or 3 bytes, little-endian; then 2 bits a token that say what begins or
 * ends there; then a checksum, 4 bytes. The last chunk is filled up with zeros.
 */
export const chunkTokens = 1024;
const markBytes = chunkTokens / 4;

/** What stands at a place of the stream besides a token of the text. */
export const mark = {
  none: 0,
  /** The first token of a paragraph. */
  paragraph: 1,
  /** The start token in front of a document. */
  document: 2,
  /** The end token behind a document. */
  end: 3,
} as const;

export type IdBytes = 2 | 3;

/** A wider id than this would be another format. */
export const largestVocabulary = 1 << 24;

export function idBytesFor(vocabulary: number): IdBytes {
  return vocabulary <= 1 << 16 ? 2 : 3;
}

/** A multiple of 4 for both widths: a chunk can be seen as 32-bit words. */
export function chunkBytes(idBytes: IdBytes): number {
  return chunkTokens * idBytes + markBytes + 4;
}

export function writeToken(chunk: Uint8Array, idBytes: IdBytes, index: number, id: number, what: number): void {
  const at = index * idBytes;
  chunk[at] = id;
  chunk[at + 1] = id >>> 8;
  if (idBytes === 3) chunk[at + 2] = id >>> 16;
  if (what === mark.none) return;
  const byte = chunkTokens * idBytes + (index >>> 2);
  chunk[byte] = chunk[byte]! | (what << (2 * (index & 3)));
}

/** Ids of tokens `from` to `from + count − 1` of `chunk` into `ids` from `at` on. */
export function readIds(
  chunk: Uint8Array,
  idBytes: IdBytes,
  { from, count, at }: { from: number; count: number; at: number },
  ids: Int32Array,
): void {
  if (idBytes === 2) {
    ids.set(new Uint16Array(chunk.buffer, chunk.byteOffset + 2 * from, count), at);
    return;
  }
  for (let i = 0, byte = 3 * from; i < count; i++, byte += 3) {
    ids[at + i] = chunk[byte]! | (chunk[byte + 1]! << 8) | (chunk[byte + 2]! << 16);
  }
}

/** Calls `found` for each of the tokens `from` to `end − 1` that has a mark, in their order. */
export function eachMark(
  words: Uint32Array,
  idBytes: IdBytes,
  { from, end }: { from: number; end: number },
  found: (index: number, what: number) => void,
): void {
  const first = (chunkTokens * idBytes) / 4;
  for (let w = from >>> 4; w << 4 < end; w++) {
    // Marks are rare: sixteen tokens are passed over at once.
    let word = words[first + w]!;
    for (let index = 16 * w; word !== 0; index++, word >>>= 2) {
      if ((word & 3) !== 0 && index >= from && index < end) found(index, word & 3);
    }
  }
}

/**
 * Of all words but the last: FNV-1a over 32-bit words, begun with the chunk's number. A change within
 * one word always changes it (each step can be undone), and so does a chunk in another's place.
 */
export function checksum(words: Uint32Array, number: number): number {
  let sum = 0x811c9dc5 ^ number;
  for (let i = 0; i < words.length - 1; i++) sum = Math.imul(sum ^ words[i]!, 0x01000193);
  return sum >>> 0;
}
