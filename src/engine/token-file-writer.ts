/** Writes a token file as a stream: no more of it is in memory than the last megabyte. */
import { createHash } from "node:crypto";
import { sha256 } from "../sha256.js";
import { streamOutput } from "../streamed-output.js";
import type { SequenceMarks } from "../tokenizer/sequence-marks.js";
import { encodeHead, headBytes } from "./file-head.js";
import { checksum, chunkBytes, chunkTokens, idBytesFor, largestVocabulary, mark, writeToken } from "./token-chunk.js";
import { type TokenFileHead, tokenFileKind } from "./token-file.js";

export interface TokenWriter {
  /** `characters`: code points of the document. */
  beginDocument(characters: number): void;
  /** A paragraph of the document that was begun last; one without tokens leaves no trace. */
  paragraph(ids: ArrayLike<number>): void;
  endDocument(): void;
  /** Tokens of the text so far. */
  readonly tokens: number;
}

export interface TokenFileOptions {
  /** Number of ids of the tokenizer. */
  vocabulary: number;
  /** SHA-256 of what the tokenizer was made from. */
  tokenizer: string;
  marks: SequenceMarks;
}

/** The whole file or none; the same bytes for the same calls. Throws `RangeError` for an id beyond the vocabulary. */
export function writeTokenFile<T>(
  file: string,
  { vocabulary, tokenizer, marks }: TokenFileOptions,
  fill: (writer: TokenWriter) => T | Promise<T>,
): Promise<{ result: T; head: TokenFileHead }> {
  if (vocabulary > largestVocabulary) throw new RangeError(`a vocabulary of ${vocabulary} ids`);
  return streamOutput(file, async (output) => {
    const idBytes = idBytesFor(vocabulary);
    const chunk = new Uint8Array(chunkBytes(idBytes));
    const words = new Uint32Array(chunk.buffer);
    const used = new Uint8Array(Math.ceil(vocabulary / 8));
    const content = createHash("sha256");
    const counts = { tokens: 0, documents: 0, paragraphs: 0, characters: 0 };
    let positions = 0;
    const append = (data: Uint8Array): void => {
      content.update(data);
      output.write(data);
    };
    const seal = (): void => {
      const number = Math.ceil(positions / chunkTokens) - 1;
      words[words.length - 1] = checksum(words, number);
      append(chunk);
      chunk.fill(0);
    };
    const put = (id: number, what: number): void => {
      if (!(id >= 0 && id < vocabulary)) throw new RangeError(`token id ${id} of ${vocabulary}`);
      used[id >> 3] = used[id >> 3]! | (1 << (id & 7));
      writeToken(chunk, idBytes, positions % chunkTokens, id, what);
      positions++;
      if (positions % chunkTokens === 0) seal();
    };
    output.write(new Uint8Array(headBytes));
    const result = await fill({
      beginDocument(characters) {
        counts.documents++;
        counts.characters += characters;
        put(marks.start, mark.document);
      },
      paragraph(ids) {
        for (let i = 0; i < ids.length; i++) put(ids[i]!, i === 0 ? mark.paragraph : mark.none);
        if (ids.length > 0) counts.paragraphs++;
        counts.tokens += ids.length;
      },
      endDocument() {
        if (marks.documentEnd !== undefined) put(marks.documentEnd, mark.end);
      },
      get tokens() {
        return counts.tokens;
      },
    });
    if (positions % chunkTokens !== 0) seal();
    append(used);
    const head: TokenFileHead = {
      ...{ vocabulary, id_bytes: idBytes, tokenizer, start: marks.start, end: marks.documentEnd ?? null },
      ...{ positions, ...counts, used: sha256(used), content: content.digest("hex") },
    };
    output.overwrite(encodeHead(tokenFileKind.magic, head), 0);
    return { result, head };
  });
}
