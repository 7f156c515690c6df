/** From documents to a token file, as a stream: paragraphs are encoded many at once, on all cores. */
import type { Documents } from "../corpus/document.js";
import { countCharacters } from "../corpus/filters.js";
import type { TokenFileHead } from "../engine/token-file.js";
import { type TokenWriter, writeTokenFile } from "../engine/token-file-writer.js";
import { CorpusError, EngineError } from "../errors.js";
import type { Progress } from "../progress.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { splitParagraphs } from "./split-paragraphs.js";

export interface TokenisingJob {
  /** For messages. */
  name: string;
  documents: Documents;
  tokenizer: Tokenizer;
  /** SHA-256 of what the tokenizer was made from. */
  digest: string;
  /** No further document is begun with so many tokens written; all where left out. */
  most?: number | undefined;
  /** The token file to write. */
  file: string;
}

interface Piece {
  text: string;
  /** Code points of the document that begins here. */
  begins?: number;
  ends: boolean;
}

const batchPieces = 1 << 14;
const batchCharacters = 1 << 20;

/** Throws `CorpusError` where there is no text, `EngineError` `run.interrupted` on a signal. */
export async function tokeniseCorpus(
  { name, documents, tokenizer, digest, most = Number.POSITIVE_INFINITY, file }: TokenisingJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<TokenFileHead> {
  const options = { vocabulary: tokenizer.size, tokenizer: digest, marks: sequenceMarks(tokenizer) };
  const { head } = await writeTokenFile(file, options, async (writer) => {
    for await (const batch of batches(documents, () => writer.tokens >= most)) {
      if (signal?.aborted) throw interrupted();
      const { ids, starts } = await tokenizer.encodeBulk(batch.map((piece) => piece.text));
      if (!append(writer, batch, (i) => ids.subarray(starts[i], starts[i + 1]), most)) break;
      progress?.({ task: "tokenising the corpus", done: writer.tokens, total: 0, unit: "tokens" });
    }
    if (writer.tokens > 0) return;
    throw new CorpusError("corpus.empty", `the corpus ${name} has no text`, {
      hint: "Check its files and the corpus filters.",
    });
  });
  return head;
}

export function interrupted(): EngineError {
  return new EngineError("run.interrupted", "interrupted while tokenising the corpus");
}

/** False where the next document would be one too many. */
function append(writer: TokenWriter, batch: Piece[], idsOf: (piece: number) => Int32Array, most: number): boolean {
  for (const [i, { begins, ends }] of batch.entries()) {
    if (begins !== undefined) {
      if (writer.tokens >= most) return false;
      writer.beginDocument(begins);
    }
    writer.paragraph(idsOf(i));
    if (ends) writer.endDocument();
  }
  return true;
}

/** Paragraphs of the documents, as many at a time as fill the cores and not the memory. */
async function* batches(documents: Documents, isEnough: () => boolean): AsyncGenerator<Piece[]> {
  let batch: Piece[] = [];
  let size = 0;
  for await (const { text } of documents) {
    if (isEnough()) break;
    if (text === "") continue;
    let begins: number | undefined = countCharacters(text);
    for (const paragraph of splitParagraphs(text)) {
      // The last piece of a document waits until it is known to be the last.
      if (batch.length > 1 && (batch.length >= batchPieces || size >= batchCharacters)) {
        const last = batch.pop()!;
        yield batch;
        batch = [last];
        size = last.text.length;
      }
      batch.push({ text: paragraph, ...(begins !== undefined && { begins }), ends: false });
      begins = undefined;
      size += paragraph.length;
    }
    batch.at(-1)!.ends = true;
  }
  if (batch.length > 0) yield batch;
}
