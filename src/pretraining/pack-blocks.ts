/** From documents to a training-set file, as a stream: paragraphs are encoded many at once, on all cores. */
import type { Documents } from "../corpus/document.js";
import { countCharacters } from "../corpus/filters.js";
import { writeTrainingSet } from "../engine/training-set.js";
import { CorpusError, EngineError } from "../errors.js";
import type { Progress } from "../progress.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { type BlockPacker, type BlockPackerOptions, createBlockPacker } from "./block-packer.js";
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
  /** Tokens of the replay. */
  replayed: number;
  /** Ids of the text, marks included, and nothing of the replay; ascending. */
  used: number[];
}

export interface Replay {
  documents: Documents;
  /** Of the tokens of text and replay together. */
  share: number;
}

interface Piece {
  text: string;
  startsDocument: boolean;
  endsDocument: boolean;
}

const batchPieces = 1 << 14;
const batchCharacters = 1 << 20;

export interface PackingJob {
  documents: Documents;
  /** Stands behind the text in the file, as far as its share allows. */
  replay?: Replay | undefined;
  tokenizer: Tokenizer;
  options: BlockPackerOptions;
  /** The training set to write. */
  file: string;
}

/** Throws `CorpusError` where there is no text, `EngineError` `run.interrupted` on a signal. */
export async function packBlocks(
  { documents, replay, tokenizer, options, file }: PackingJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<PackedBlocks> {
  const marks = sequenceMarks(tokenizer);
  const used = new Uint8Array(tokenizer.size);
  for (const mark of [marks.start, marks.documentEnd]) if (mark !== undefined) used[mark] = 1;
  const { result, blocks } = await writeTrainingSet(file, options.block_size, async (append) => {
    const packer = createBlockPacker(marks, options, append);
    const text = await packText(documents, tokenizer, packer, { used }, progress, signal);
    if (text.tokens === 0) {
      throw new CorpusError("corpus.empty", "the training corpus has no text", {
        hint: "Check corpus.train and its filters.",
      });
    }
    const most = replay === undefined ? 0 : Math.round((text.tokens * replay.share) / (1 - replay.share));
    const replayed = replay && (await packText(replay.documents, tokenizer, packer, { most }, progress, signal)).tokens;
    packer.finish();
    return { ...text, replayed: replayed ?? 0, repeated: packer.repeated };
  });
  return { ...result, blocks, used: Array.from(used.keys()).filter((id) => used[id] === 1) };
}

interface TextLimits {
  /** Gets a 1 at every id of the text. */
  used?: Uint8Array;
  /** No further document is begun with so many tokens packed. */
  most?: number;
}

async function packText(
  documents: Documents,
  tokenizer: Tokenizer,
  packer: BlockPacker,
  { used, most = Number.POSITIVE_INFINITY }: TextLimits,
  progress: Progress | undefined,
  signal: AbortSignal | undefined,
): Promise<Pick<PackedBlocks, "documents" | "characters" | "tokens">> {
  const packed = { documents: 0, characters: 0, tokens: 0 };
  let batch: Piece[] = [];
  let size = 0;
  const encode = async (): Promise<void> => {
    if (signal?.aborted) throw new EngineError("run.interrupted", "interrupted while packing the corpus");
    const { ids, starts } = await tokenizer.encodeBulk(batch.map((piece) => piece.text));
    for (const [i, piece] of batch.entries()) {
      if (piece.startsDocument && packed.tokens >= most) break;
      const paragraph = ids.subarray(starts[i], starts[i + 1]);
      packed.tokens += paragraph.length;
      if (used !== undefined) for (const id of paragraph) used[id] = 1;
      packer.paragraph(paragraph, piece.startsDocument);
      if (piece.endsDocument) packer.endDocument();
    }
    batch = [];
    size = 0;
    progress?.({ task: "packing the corpus", done: packed.tokens, total: 0, unit: "tokens" });
  };
  for await (const document of documents) {
    if (document.text === "") continue;
    if (packed.tokens >= most) break;
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
  return packed;
}
