/** A zstd frame of uncompressed blocks (RFC 8878), since Node 20 writes none: the reader does not know the difference. */
const largestBlock = 1 << 17;

export function zstdFrame(content: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 1 + 4);
  head.writeUInt32LE(0xfd2fb528);
  // A single segment whose size takes four bytes; no checksum, no dictionary.
  head[4] = 0b10100000;
  head.writeUInt32LE(content.length, 5);
  const parts: Uint8Array[] = [head];
  for (let at = 0; at === 0 || at < content.length; at += largestBlock) {
    const data = content.subarray(at, at + largestBlock);
    parts.push(blockHeader(data.length, 0, at + largestBlock >= content.length), data);
  }
  return Buffer.concat(parts);
}

/** A frame in which four bytes stand for each 128 KiB (blocks of one repeated byte). */
export function zstdBomb(byte: number, blocks: number): Buffer {
  const head = Buffer.alloc(4 + 1 + 1);
  head.writeUInt32LE(0xfd2fb528);
  // No single segment: the window, 128 KiB, says how much a reader has to keep, and the size stays unsaid.
  head[5] = (17 - 10) << 3;
  const parts: Uint8Array[] = [head];
  for (let i = 1; i <= blocks; i++) parts.push(blockHeader(largestBlock, 1, i === blocks), Uint8Array.of(byte));
  return Buffer.concat(parts);
}

function blockHeader(size: number, type: 0 | 1, last: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | (last ? 1 : 0), 0, 3);
  return header;
}
