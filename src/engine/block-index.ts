/**
 * Where the blocks of a token file begin, for one length of blocks: a head (file-head.ts) and 6 bytes a
 * block, its place in the stream. It lies beside its token file and names it by the digest of its head,
 * so that an index stands for all of the blocks' content.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { readFully } from "../read-fully.js";
import { streamOutput } from "../streamed-output.js";
import { type CutOptions, createBlockCuts } from "./block-cuts.js";
import { checkSize, damaged, encodeHead, type HeadKind, headBytes, readHead, sizeOf } from "./file-head.js";
import { openTokenFile } from "./token-file.js";

export interface BlockOptions extends CutOptions {
  /** One segment for the whole block instead of one a document. */
  attend_across_documents: boolean;
}

export interface BlockIndexHead extends BlockOptions {
  /** Name of the token file, in the folder of the index. */
  tokens: string;
  /** SHA-256 of its head. */
  tokens_digest: string;
  blocks: number;
  /** Positions given twice, since their paragraph was begun again. */
  repeated: number;
  /** SHA-256 of the places. */
  content: string;
}

export interface BlockIndex {
  readonly head: BlockIndexHead;
  /** The place in the stream where block `block` begins. */
  start(block: number): number;
  close(): void;
}

export const blockIndexKind: HeadKind = { magic: "lepidx01", name: "block index", code: "block_index" };

const placeBytes = 6;

/** Passes once over `tokens`, a token file in the folder of `file`. Throws `CorpusError` where that is damaged. */
export async function writeBlockIndex(
  file: string,
  tokens: string,
  { block_size, block_starts, attend_across_documents }: BlockOptions,
  signal?: AbortSignal,
): Promise<BlockIndexHead> {
  if (!Number.isInteger(block_size) || block_size < 2) throw new RangeError(`block size ${block_size}`);
  const source = openTokenFile(tokens);
  try {
    return await streamOutput(file, async (output) => {
      output.write(new Uint8Array(headBytes));
      const content = createHash("sha256");
      const place = Buffer.alloc(placeBytes);
      let blocks = 0;
      const cuts = createBlockCuts({ block_size, block_starts }, (start) => {
        place.writeUIntLE(start, 0, placeBytes);
        content.update(place);
        output.write(place);
        blocks++;
      });
      await source.eachMark(cuts.mark, signal);
      cuts.finish(source.head.positions);
      const head: BlockIndexHead = {
        ...{ tokens: path.basename(tokens), tokens_digest: source.digest },
        ...{ block_size, block_starts, attend_across_documents },
        ...{ blocks, repeated: cuts.repeated, content: content.digest("hex") },
      };
      output.overwrite(encodeHead(blockIndexKind.magic, head), 0);
      return head;
    });
  } finally {
    source.close();
  }
}

/** Reads all of it once, to check it. Throws `CorpusError` (`block_index.…`) naming the file. */
export function openBlockIndex(file: string): BlockIndex {
  const bytes = sizeOf(file, blockIndexKind);
  const handle = openSync(file, "r");
  try {
    const { values: head } = readHead<BlockIndexHead>(handle, file, blockIndexKind);
    checkSize(file, bytes, headBytes + head.blocks * placeBytes, blockIndexKind);
    if (contentDigest(handle) !== head.content) {
      throw damaged(blockIndexKind, `${file}: the places of its blocks (from byte ${headBytes} on) are damaged`);
    }
    const place = Buffer.alloc(placeBytes);
    return {
      head,
      start(block) {
        if (!Number.isInteger(block) || block < 0 || block >= head.blocks) {
          throw new RangeError(`block ${block} of ${head.blocks}`);
        }
        const at = headBytes + block * placeBytes;
        if (readFully(handle, place, at) < placeBytes) throw damaged(blockIndexKind, `${file}: ends at byte ${at}`);
        return place.readUIntLE(0, placeBytes);
      },
      close: () => closeSync(handle),
    };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

function contentDigest(handle: number): string {
  const hash = createHash("sha256");
  const piece = Buffer.alloc(1 << 20);
  for (let at = headBytes; ; at += piece.length) {
    const got = readFully(handle, piece, at);
    hash.update(piece.subarray(0, got));
    if (got < piece.length) return hash.digest("hex");
  }
}
