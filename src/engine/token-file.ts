/**
 * The token file: a tokenised corpus, from which blocks of any length are cut while training reads
 * (block-index.ts). A head of 1024 bytes (file-head.ts), chunks of 1024 tokens (token-chunk.ts), and a
 * bitmap of the ids that occur. The stream is that of the documents: start mark, text, end mark where the
 * tokenizer has one. 2.25 bytes a token for vocabularies up to 65,536 ids, 3.25 above. Slices are read by
 * position, since Node maps no files into memory; the system's page cache does what a mapping would.
 */
import { closeSync, openSync } from "node:fs";
import { CorpusError } from "../errors.js";
import { readFully } from "../read-fully.js";
import { sha256 } from "../sha256.js";
import { checkSize, damaged, type HeadKind, headBytes, readHead, sizeOf } from "./file-head.js";
import { checksum, chunkBytes, chunkTokens, eachMark, type IdBytes, readIds } from "./token-chunk.js";

export interface TokenFileHead {
  /** Number of ids of the tokenizer. */
  vocabulary: number;
  id_bytes: IdBytes;
  /** SHA-256 of what the tokenizer was made from. */
  tokenizer: string;
  /** Ids of the marks around a document. */
  start: number;
  end: number | null;
  /** Length of the stream, marks included. */
  positions: number;
  /** Tokens of the text, marks not counted. */
  tokens: number;
  documents: number;
  paragraphs: number;
  /** Code points. */
  characters: number;
  /** SHA-256 of the bits of the ids that occur, and of everything behind the head. */
  used: string;
  content: string;
}

/** A part of the stream. */
export interface TokenSlice {
  /** int32[count] */
  ids: Int32Array;
  /** What stands there (`mark`), uint8[count]. */
  marks: Uint8Array;
}

export interface TokenFile {
  readonly file: string;
  readonly head: TokenFileHead;
  /** SHA-256 of the head, which stands for the whole content. */
  readonly digest: string;
  /** Places `first` to `first + count − 1`, fewer where the stream ends. Throws `CorpusError` where a chunk is damaged. */
  read(first: number, count: number): TokenSlice;
  /** Calls `found` for every place with a mark, in order; a pass over the whole file. Throws `CorpusError` as `read` does. */
  eachMark(found: (position: number, what: number) => void, signal?: AbortSignal): Promise<void>;
  /** 1 for each id that occurs, uint8[vocabulary]. Throws `CorpusError` where that list is damaged. */
  used(): Uint8Array;
  close(): void;
}

export const tokenFileKind: HeadKind = { magic: "leptok01", name: "token file", code: "token_file" };

const chunksAtOnce = 256;

/** `tokenizer`: the digest that it has to be of. Throws `CorpusError` (`token_file.…`) naming the file. */
export function openTokenFile(file: string, tokenizer?: string): TokenFile {
  const bytes = sizeOf(file, tokenFileKind);
  const handle = openSync(file, "r");
  try {
    const { values: head, digest } = readHead<TokenFileHead>(handle, file, tokenFileKind);
    const { positions, id_bytes, vocabulary } = head;
    const size = chunkBytes(id_bytes);
    const chunks = Math.ceil(positions / chunkTokens);
    const usedAt = headBytes + chunks * size;
    checkSize(file, bytes, usedAt + Math.ceil(vocabulary / 8), tokenFileKind);
    if (tokenizer !== undefined && tokenizer !== head.tokenizer) throw otherTokenizer(file);

    /** Whole chunks from `first` on, checked. */
    const readChunks = (first: number, count: number): Uint8Array => {
      const data = new Uint8Array(count * size);
      const at = headBytes + first * size;
      const got = readFully(handle, data, at);
      if (got < data.length) throw damaged(tokenFileKind, `${file}: ends at byte ${at + got}`);
      for (let i = 0; i < count; i++) {
        const words = wordsOf(data, i, size);
        if (words[words.length - 1] === checksum(words, first + i)) continue;
        const from = (first + i) * chunkTokens;
        const place = `bytes ${at + i * size} to ${at + (i + 1) * size - 1}, tokens ${from} to ${from + chunkTokens - 1}`;
        throw damaged(tokenFileKind, `${file}: damaged at ${place}`);
      }
      return data;
    };

    return {
      file,
      head,
      digest,
      read(first, count) {
        const length = Math.max(0, Math.min(count, positions - first));
        const slice = { ids: new Int32Array(length), marks: new Uint8Array(length) };
        if (length === 0) return slice;
        const chunk = Math.floor(first / chunkTokens);
        const data = readChunks(chunk, Math.floor((first + length - 1) / chunkTokens) - chunk + 1);
        for (let at = 0; at < length; ) {
          const place = first + at - chunk * chunkTokens;
          const from = place % chunkTokens;
          const part = { from, count: Math.min(chunkTokens - from, length - at), at };
          const number = (place - from) / chunkTokens;
          readIds(data.subarray(number * size, (number + 1) * size), id_bytes, part, slice.ids);
          const offset = at - from;
          eachMark(wordsOf(data, number, size), id_bytes, { from, end: from + part.count }, (index, what) => {
            slice.marks[offset + index] = what;
          });
          at += part.count;
        }
        return slice;
      },
      async eachMark(found, signal) {
        for (let chunk = 0; chunk < chunks; chunk += chunksAtOnce) {
          const count = Math.min(chunksAtOnce, chunks - chunk);
          const data = readChunks(chunk, count);
          for (let i = 0; i < count; i++) {
            const base = (chunk + i) * chunkTokens;
            const end = Math.min(chunkTokens, positions - base);
            eachMark(wordsOf(data, i, size), id_bytes, { from: 0, end }, (index, what) => found(base + index, what));
          }
          // A file may take minutes: signals and timers have their turn.
          await new Promise(setImmediate);
          signal?.throwIfAborted();
        }
      },
      used() {
        const bits = new Uint8Array(Math.ceil(vocabulary / 8));
        readFully(handle, bits, usedAt);
        if (sha256(bits) !== head.used) throw damaged(tokenFileKind, `${file}: the list of ids that occur is damaged`);
        const used = new Uint8Array(vocabulary);
        for (let id = 0; id < vocabulary; id++) used[id] = (bits[id >> 3]! >> (id & 7)) & 1;
        return used;
      },
      close: () => closeSync(handle),
    };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

const wordsOf = (data: Uint8Array, chunk: number, size: number): Uint32Array =>
  new Uint32Array(data.buffer, chunk * size, size / 4);

function otherTokenizer(file: string): CorpusError {
  return new CorpusError("token_file.tokenizer", `${file}: made with another tokenizer`, {
    hint: "Delete the file; it is made again from the text.",
  });
}
