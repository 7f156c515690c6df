/**
 * Looks at the headers of a zstd stream before a decompressor sees them: five bytes can ask for a window of two gigabytes, and
 * four for a block of two megabytes. Source: RFC 8878, sections 3.1.1 and 3.1.2.
 */

/** What `zstd -d` itself takes without being told otherwise. */
const largestWindow = 2 ** 27;
/** By the format no block has more, packed or unpacked. */
const largestBlock = 2 ** 17;

const frameMagic = 0xfd2fb528;

/** Which bytes are waited for: a header of so many, or so many that say nothing here. */
type Part = { kind: "magic" | "skip_size" | "descriptor" | "frame" | "block"; bytes: number };

/** A function that is given the stream piece by piece, and throws `Error` saying what is wrong with a header. */
export function createZstdHeaderCheck(): (piece: Uint8Array) => void {
  let part: Part = { kind: "magic", bytes: 4 };
  let head = Buffer.alloc(0);
  let passed = 0;
  let checksum = false;
  const afterBlock = (header: number): void => {
    const [last, type, size] = [header & 1, (header >> 1) & 3, header >> 3];
    if (type === 3) throw new Error("a block of an unknown kind");
    if (size > largestBlock) throw new Error(`a block of ${size} bytes, more than the format has`);
    passed = type === 1 ? 1 : size;
    if (last === 0) part = { kind: "block", bytes: 3 };
    else {
      passed += checksum ? 4 : 0;
      part = { kind: "magic", bytes: 4 };
    }
  };
  const next = (): void => {
    switch (part.kind) {
      case "magic": {
        const magic = head.readUInt32LE();
        if (magic === frameMagic) part = { kind: "descriptor", bytes: 5 };
        else if (magic >>> 4 === 0x184d2a5) part = { kind: "skip_size", bytes: 8 };
        else throw new Error("something else behind a frame");
        return;
      }
      case "skip_size":
        passed = head.readUInt32LE(4);
        part = { kind: "magic", bytes: 4 };
        break;
      case "descriptor":
        part = { kind: "frame", bytes: 5 + frameHeaderBytes(head[4]!) };
        return;
      case "frame":
        checksum = (head[4]! & 4) !== 0;
        checkWindow(head);
        part = { kind: "block", bytes: 3 };
        break;
      case "block":
        afterBlock(head.readUIntLE(0, 3));
        break;
    }
    head = Buffer.alloc(0);
  };
  return (piece) => {
    for (let at = 0; at < piece.length; ) {
      if (passed > 0) {
        const step = Math.min(passed, piece.length - at);
        passed -= step;
        at += step;
        continue;
      }
      const step = Math.min(part.bytes - head.length, piece.length - at);
      head = Buffer.concat([head, piece.subarray(at, at + step)]);
      at += step;
      if (head.length === part.bytes) next();
    }
  };
}

const isSingleSegment = (descriptor: number): boolean => (descriptor & 0x20) !== 0;
const dictionaryBytes = (descriptor: number): number => [0, 1, 2, 4][descriptor & 3]!;
const sizeBytes = (descriptor: number): number => [isSingleSegment(descriptor) ? 1 : 0, 2, 4, 8][descriptor >> 6]!;

/** Behind the descriptor. */
function frameHeaderBytes(descriptor: number): number {
  return (isSingleSegment(descriptor) ? 0 : 1) + dictionaryBytes(descriptor) + sizeBytes(descriptor);
}

function checkWindow(header: Buffer): void {
  const descriptor = header[4]!;
  let window: bigint;
  if (isSingleSegment(descriptor)) {
    const size = Buffer.alloc(8);
    header.copy(size, 0, header.length - sizeBytes(descriptor));
    window = size.readBigUInt64LE();
  } else {
    const base = 1n << BigInt(10 + (header[5]! >> 3));
    window = base + (base >> 3n) * BigInt(header[5]! & 7);
  }
  if (window > BigInt(largestWindow)) {
    throw new Error(`a window of ${window} bytes, more than the ${largestWindow} that are kept in memory`);
  }
}
