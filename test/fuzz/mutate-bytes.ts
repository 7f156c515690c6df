/** Damage that knows nothing of the format: bits, lengths, blocks, ends. */
import type { Random } from "../../src/random.js";

type ByteMutation = (bytes: Buffer, random: Random) => Buffer;

/** Numbers at which readers go wrong, as 64 bits; shorter fields take the lower part. */
const edges = [
  ...[0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x1000000n, 0x7fffffffn, 0x80000000n, 0xffffffffn],
  ...[1n << 32n, (1n << 53n) - 1n, 1n << 53n, 1n << 60n, 1n << 62n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n],
];

/** Overlong forms, half characters, surrogates, what no UTF-8 has; white space and NUL that have a meaning somewhere. */
const oddBytes = ["ff", "c080", "eda080", "f8888080", "e282", "80", "00", "0a", "0d0a", "efbbbf", "c2a0", "e280a8"];

const block = (bytes: Buffer, random: Random): [start: number, end: number] => {
  const start = random.below(bytes.length);
  const longest = random.below(4) === 0 ? bytes.length : 32;
  return [start, Math.min(bytes.length, start + 1 + random.below(longest))];
};

const insert = (bytes: Buffer, at: number, added: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);

const mutations: readonly ByteMutation[] = [
  function flipBit(bytes, random) {
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  function setByte(bytes, random) {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  function cutEnd(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function removeBlock(bytes, random) {
    const [start, end] = block(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  function repeatBlock(bytes, random) {
    const [start, end] = block(bytes, random);
    const times = random.below(8) === 0 ? 64 : 1;
    return insert(bytes, end, Buffer.concat(new Array<Buffer>(times).fill(bytes.subarray(start, end))));
  },
  function moveBlock(bytes, random) {
    const [start, end] = block(bytes, random);
    const moved = bytes.subarray(start, end);
    return insert(Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]), random.below(start + 1), moved);
  },
  function overwriteNumber(bytes, random) {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(edges[random.below(edges.length)]!);
    const part = number.subarray(0, [1, 2, 4, 8, 8][random.below(5)]);
    // Lengths stand at the head, and in some formats at the end.
    const near = random.below(2) === 0 ? random.below(32) : random.below(bytes.length);
    const at = random.below(5) === 0 ? bytes.length - 1 - near : near;
    bytes.set(part.subarray(0, Math.max(0, bytes.length - Math.max(0, at))), Math.min(Math.max(0, at), bytes.length));
    return bytes;
  },
  function insertOdd(bytes, random) {
    const odd = Buffer.from(oddBytes[random.below(oddBytes.length)]!, "hex");
    return insert(bytes, random.below(bytes.length + 1), odd);
  },
  function clearBlock(bytes, random) {
    const [start, end] = block(bytes, random);
    return bytes.fill(random.below(2) === 0 ? 0 : 0xff, start, end);
  },
  function append(bytes, random) {
    return insert(bytes, bytes.length, Buffer.alloc(1 + random.below(64), random.below(256)));
  },
];

/** A damaged copy of `given`. */
export function mutateBytes(given: Uint8Array, random: Random): Buffer {
  const bytes = Buffer.from(given);
  if (bytes.length === 0) return Buffer.from(oddBytes[random.below(oddBytes.length)]!, "hex");
  return mutations[random.below(mutations.length)]!(bytes, random);
}
