/**
 * How blocks were packed before they were cut from token files, one token after the other: what the cutting
 * is compared with. Turns a stream of tokenised paragraphs into training blocks of T positions. Every block begins with
 * the start token at the start of a document or of a paragraph. A paragraph that the end of a block
 * cuts is begun again in the next block, so that its end is learned with its beginning in view; one
 * that is longer than a block is continued in the next block behind a start token. With block starts
 * `anywhere` every cut text is continued so and nothing is repeated. Each position predicts its true
 * successor, also across the end of a block; never the start of another document.
 */
import { emptyBlock } from "../../src/engine/sequence-packer.js";
import type { Block } from "../../src/engine/training-set.js";
import type { SequenceMarks } from "../../src/tokenizer/sequence-marks.js";

export interface BlockPackerOptions {
  /** T, positions in a block; at least 2. */
  block_size: number;
  block_starts: "paragraph" | "anywhere";
  /** One segment for the whole block instead of one a document. */
  attend_across_documents: boolean;
}

export interface BlockPacker {
  paragraph(ids: ArrayLike<number>, startsDocument: boolean): void;
  endDocument(): void;
  /** The last block is filled up with padding. */
  finish(): void;
  /** Positions that were given twice because their paragraph was begun again. */
  readonly repeated: number;
}

export function createBlockPacker(
  marks: SequenceMarks,
  options: BlockPackerOptions,
  emit: (block: Block) => void,
): BlockPacker {
  const T = options.block_size;
  // One more than the positions: the last one's successor.
  const tokens = new Int32Array(T + 1);
  const documents = new Int32Array(T + 1);
  let filled = 0;
  let document = 0;
  let repeated = 0;

  const flush = (): void => {
    const block = emptyBlock(T);
    const first = documents[0]!;
    for (let i = 0; i + 1 < filled; i++) {
      block.inputs[i] = tokens[i]!;
      block.targets[i] = tokens[i + 1]!;
      block.weights[i] = documents[i] === documents[i + 1] ? 1 : 0;
      block.segments[i] = options.attend_across_documents ? 0 : documents[i]! - first;
    }
    if (filled > 1) emit(block);
    filled = 0;
  };
  /** True where the block was full with this token, which is then the target of the last position only. */
  const put = (token: number): boolean => {
    tokens[filled] = token;
    documents[filled] = document;
    filled++;
    if (filled <= T) return false;
    flush();
    return true;
  };

  return {
    paragraph(ids, startsDocument) {
      if (startsDocument) document++;
      if (startsDocument || filled === 0) if (put(marks.start)) put(marks.start);
      let begun = filled;
      for (let i = 0; i < ids.length; i++) {
        if (!put(ids[i]!) || i === ids.length - 1) continue;
        const again = options.block_starts === "paragraph" && begun > 1;
        if (again) repeated += T - begun;
        put(marks.start);
        begun = 1;
        i = again ? -1 : i - 1;
      }
    },
    endDocument() {
      // With the document's last token a block has just ended: an end behind nothing would teach nothing.
      if (marks.documentEnd !== undefined && filled > 0) put(marks.documentEnd);
    },
    finish: flush,
    get repeated() {
      return repeated;
    },
  };
}
