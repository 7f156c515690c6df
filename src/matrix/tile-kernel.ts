/**
 * The inner loops of all float64 products here as WebAssembly with 128-bit vectors: 4 × 4 tiles of the result in eight
 * registers, both factors packed in the order in which they are read (Goto and van de Geijn, "Anatomy of
 * High-Performance Matrix Multiplication", ACM TOMS 34(3), 2008). No fused multiply-add, so that the bytes of a result
 * are the same on every machine.
 */

/** What is used of it: Node's types leave WebAssembly to those of browsers. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => WebAssemblyMemory;
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
}

/** `bytes` rounded up to pages. */
export const createMemory = (bytes: number): WebAssemblyMemory =>
  new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });

/** Rows and columns of a tile. */
export const tile = 4;
/** The summed index is padded with zeros to a multiple of this. */
export const unrolled = 4;

/**
 * c += a · b for packed factors at byte addresses of `memory`. a: [rowTiles][inner][4], b: [columnTiles][inner][4], c row-major, `stride` bytes a row.
 */
export type TileKernel = (
  a: number,
  b: number,
  c: number,
  inner: number,
  rowTiles: number,
  columnTiles: number,
  stride: number,
) => void;

export function createTileKernel(memory: WebAssemblyMemory): TileKernel {
  const module = new WebAssembly.Module(moduleBytes());
  return new WebAssembly.Instance(module, { env: { memory } }).exports.product as TileKernel;
}

const i32 = 0x7f;
const v128 = 0x7b;
const noResult = 0x40;
const op = { loop: 0x03, end: 0x0b, brIf: 0x0d, get: 0x20, set: 0x21, tee: 0x22, i32Const: 0x41 };
const arithmetic = { add: 0x6a, subtract: 0x6b, multiply: 0x6c };

/** Of whole numbers from 0 on. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
/** Whole numbers of one or two bytes with a sign. */
const constant = (value: number): number[] => [op.i32Const, (value & 127) | 128, (value >> 7) & 127];
const get = (local: number): number[] => [op.get, ...leb(local)];
const set = (local: number): number[] => [op.set, ...leb(local)];
const vector = (code: number): number[] => [0xfd, ...leb(code)];
const load = (offset: number): number[] => [...vector(0x00), 3, ...leb(offset)];
const loadTwice = (offset: number): number[] => [...vector(0x0a), 3, ...leb(offset)];
const store = (offset: number): number[] => [...vector(0x0b), 3, ...leb(offset)];
const add = vector(0xf0);
const multiply = vector(0xf2);
const zero = [...vector(0x0c), ...new Array<number>(16).fill(0)];
const advance = (local: number, by: number): number[] => [
  ...get(local),
  ...constant(by),
  arithmetic.add,
  ...set(local),
];
/** Repeats `body` until `counter` has come down to 0 by steps of `step`. */
const countDown = (counter: number, step: number, body: number[]): number[] => [
  ...[op.loop, noResult],
  ...body,
  ...[...get(counter), ...constant(step), arithmetic.subtract, op.tee, ...leb(counter)],
  ...[op.brIf, 0, op.end],
];

/** Parameters first, then the locals. */
const [a, b, c, inner, rowTiles, columnTiles, stride] = [0, 1, 2, 3, 4, 5, 6];
const [rowsLeft, left, atA, atB, atC] = [7, 8, 9, 10, 11];
const sums = 12;
const [b0, b1, x] = [20, 21, 22];

function functionBody(): number[] {
  const number = 8;
  const step: number[] = [];
  for (let k = 0; k < unrolled; k++) {
    const at = k * tile * number;
    step.push(...get(atB!), ...load(at), ...set(b0!), ...get(atB!), ...load(at + 16), ...set(b1!));
    for (let row = 0; row < tile; row++) {
      step.push(...get(atA!), ...loadTwice(at + row * number), ...set(x!));
      for (const [half, factor] of [b0!, b1!].entries()) {
        const sum = sums + 2 * row + half;
        step.push(...get(sum), ...get(x!), ...get(factor), ...multiply, ...add, ...set(sum));
      }
    }
  }
  const bytes = unrolled * tile * number;
  step.push(...advance(atA!, bytes), ...advance(atB!, bytes));

  const write: number[] = [];
  for (let row = 0; row < tile; row++) {
    for (const half of [0, 1]) {
      write.push(...get(atC!), ...get(atC!), ...load(16 * half), ...get(sums + 2 * row + half), ...add);
      write.push(...store(16 * half));
    }
    write.push(...get(atC!), ...get(stride!), arithmetic.add, ...set(atC!));
  }
  const clear = Array.from({ length: 8 }, (_, i) => [...zero, ...set(sums + i)]).flat();
  // After a row of tiles `atA` stands at the next panel, and `atC` four rows further down.
  const oneTile = [
    ...[...clear, ...get(b!), ...set(atB!), ...get(inner!), ...set(left!)],
    ...countDown(left!, unrolled, step),
    ...write,
  ];
  const oneColumn = [
    ...[...get(a!), ...set(atA!), ...get(c!), ...set(atC!), ...get(rowTiles!), ...set(rowsLeft!)],
    ...countDown(rowsLeft!, 1, oneTile),
    ...[...get(b!), ...get(inner!), ...constant(tile * number), arithmetic.multiply, arithmetic.add, ...set(b!)],
    ...advance(c!, tile * number),
  ];
  return countDown(columnTiles!, 1, oneColumn);
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  const code = [2, 5, i32, 11, v128, ...functionBody(), op.end];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // One type: seven addresses and lengths in, nothing out.
    ...section(1, [1, 0x60, 7, ...new Array<number>(7).fill(i32), 0]),
    ...section(2, [1, ...text("env"), ...text("memory"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("product"), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}
