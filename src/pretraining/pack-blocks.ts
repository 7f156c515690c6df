/** From documents to a training-set file, as a stream: paragraphs are encoded many at once, on all cores. */
import type { Documents } from "../corpus/document.js";
import { countCharacters } from "../corpus/filters.js";
import { writeTrainingSet } from "../engine/training-set.js";
import { CorpusError, EngineError } from "../errors.js";
import type { Progress } from "../progress.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { type BlockPackerOptions, createBlockPacker } from "./block-packer.js";
import { splitParagraphs } from "./split-paragraphs.js";

export interface PackedBlocks {
  blocks: number;
  documents: number;
  /** Code points. */
  characters: number;
  /** Tokens of the text, each counted once. */
  tokens: number;
  /** Tokens that stand in two blocks, since the end of the first cut their paragraph. */
  repeated: number;
}

interface Piece {
  text: string;
  startsDocument: boolean;
  endsDocument: boolean;
}

const batchPieces = 1024;
const batchCharacters = 1 << 18;

/** Writes `file`. Throws `CorpusError` where there is no text, `EngineError` `run.interrupted` on a signal. */
export async function packBlocks(
  documents: Documents,
  tokenizer: Tokenizer,
  options: BlockPackerOptions,
  file: string,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<PackedBlocks> {
  const packed = { documents: 0, characters: 0, tokens: 0 };
  const { result: repeated, blocks } = await writeTrainingSet(file, options.block_size, async (append) => {
    const packer = createBlockPacker(sequenceMarks(tokenizer), options, append);
    let batch: Piece[] = [];
    let size = 0;
    const encode = async (): Promise<void> => {
      if (signal?.aborted) throw new EngineError("run.interrupted", "interrupted while packing the corpus");
      const ids = await tokenizer.encodeBatch(batch.map((piece) => piece.text));
      for (const [i, piece] of batch.entries()) {
        packed.tokens += ids[i]!.length;
        packer.paragraph(ids[i]!, piece.startsDocument);
        if (piece.endsDocument) packer.endDocument();
      }
      batch = [];
      size = 0;
      progress?.({ task: "packing the corpus", done: packed.tokens, total: 0, unit: "tokens" });
    };
    for await (const document of documents) {
      if (document.text === "") continue;
      packed.documents++;
      packed.characters += countCharacters(document.text);
      let startsDocument = true;
      for (const text of splitParagraphs(document.text)) {
        batch.push({ text, startsDocument, endsDocument: false });
        startsDocument = false;
        size += text.length;
        // The last piece of a document waits until it is known to be the last.
        if (batch.length >= batchPieces || size >= batchCharacters) {
          const last = batch.pop()!;
          if (batch.length > 0) await encode();
          batch = [last];
          size = last.text.length;
        }
      }
      batch.at(-1)!.endsDocument = true;
    }
    if (batch.length > 0) await encode();
    packer.finish();
    if (packed.tokens === 0) {
      throw new CorpusError("corpus.empty", "the training corpus has no text", {
        hint: "Check corpus.train and its filters.",
      });
    }
    return packer.repeated;
  });
  return { ...packed, blocks, repeated };
}
