/** The blocks of a block index, cut from its token file as they are read. */
import path from "node:path";
import { blockIndexKind, openBlockIndex } from "./block-index.js";
import { damaged } from "./file-head.js";
import { emptyBlock } from "./sequence-packer.js";
import { mark } from "./token-chunk.js";
import { openTokenFile, type TokenSlice } from "./token-file.js";
import type { Block, TrainingSet } from "./training-set.js";

/** `file`: the index. Throws `CorpusError` where it or its token file is absent or damaged, or they do not belong together. */
export function openTokenBlocks(file: string): TrainingSet {
  const index = openBlockIndex(file);
  const { tokens: name, tokens_digest, blocks, block_size, attend_across_documents } = index.head;
  try {
    const tokens = openTokenFile(path.join(path.dirname(file), path.basename(name)));
    if (tokens.digest !== tokens_digest) {
      tokens.close();
      throw damaged(blockIndexKind, `${file}: made for another token file than ${tokens.file}`);
    }
    return {
      file,
      blocks,
      blockLength: block_size,
      read(i) {
        const slice = tokens.read(index.start(i), block_size + 1);
        return blockOf(slice, { T: block_size, start: tokens.head.start, across: attend_across_documents });
      },
      close() {
        index.close();
        tokens.close();
      },
    };
  } catch (error) {
    index.close();
    throw error;
  }
}

/**
 * T positions and the last one's successor from up to T + 1 tokens. A start token goes in front where the
 * slice has none. The end of a document does not predict the start of the next one.
 */
function blockOf(
  { ids, marks }: TokenSlice,
  { T, start, across }: { T: number; start: number; across: boolean },
): Block {
  const block = emptyBlock(T);
  const shift = marks[0] === mark.document ? 0 : 1;
  /** Positions that are taken: all tokens but the last, which is only predicted. */
  const taken = Math.min(ids.length + shift, T + 1) - 1;
  block.inputs[0] = start;
  block.inputs.set(ids.subarray(0, taken - shift), shift);
  block.targets.set(ids.subarray(1 - shift, taken + 1 - shift));
  block.weights.fill(1, 0, taken);
  for (let from = 0, segment = 0; from < taken; segment++) {
    const next = marks.indexOf(mark.document, from + 1 - shift);
    const end = next === -1 || next + shift > taken ? taken + 1 : next + shift;
    block.segments.fill(across ? 0 : segment, from, Math.min(end, taken));
    if (end <= taken) block.weights[end - 1] = 0;
    from = end;
  }
  return block;
}
