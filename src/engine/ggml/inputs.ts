/** What a pass takes and what it leaves behind: tensors that stay, filled anew for every micro-batch. */
import type { Block } from "../training-set.js";
import type { Backend } from "./backend.js";
import { ggmlType, type Pointer } from "./functions.js";
import { allocate, upload } from "./memory.js";
import type { Tensor } from "./tensor.js";

export interface BatchShape {
  /** Blocks in a micro-batch. */
  blocks: number;
  /** Positions in a block. */
  length: number;
  /** Width of the hidden states. */
  width: number;
}

export interface Inputs extends BatchShape {
  /** int32[N], N = blocks · length. */
  tokens: Tensor;
  /** int32[1, N] */
  targets: Tensor;
  /** float32[1, N]: loss weight of each position over the sum of all in the step. */
  weights: Tensor;
  /** int32[length] */
  positions: Tensor;
  /** float32[length, length, 1, blocks]: 0 where a query (second dimension) may see a key, else −∞. */
  mask: Tensor;
  /** Results: each target's probability, float32[N], and the last hidden states after the norm, float32[width, N]. */
  probabilities: Tensor;
  hidden: Tensor;
  buffer: Pointer;
  bytes: number;
  /** Uploads a micro-batch; missing blocks are left out of the loss. `weightSum` is the whole step's. */
  fill(blocks: readonly Block[], weightSum: number): void;
}

export function createInputs(backend: Backend, shape: BatchShape): Inputs {
  const { blocks: count, length, width } = shape;
  const n = count * length;
  const memory = allocate(backend, 8, (ops) => ({
    tokens: ops.tensor(ggmlType.I32, n),
    targets: ops.tensor(ggmlType.I32, 1, n),
    weights: ops.tensor(ggmlType.F32, 1, n),
    positions: ops.tensor(ggmlType.I32, length),
    mask: ops.tensor(ggmlType.F32, length, length, 1, count),
    probabilities: ops.tensor(ggmlType.F32, n),
    hidden: ops.tensor(ggmlType.F32, width, n),
  }));
  upload(
    backend,
    memory.positions,
    Int32Array.from({ length }, (_, i) => i),
  );
  const tokens = new Int32Array(n);
  const targets = new Int32Array(n);
  const weights = new Float32Array(n);
  const mask = new Float32Array(length * length);
  const maskBytes = mask.byteLength;
  // What the mask of each block holds now: most blocks are one segment, and then nothing is uploaded.
  const held: string[] = new Array<string>(count).fill("");
  const setMask = (index: number, segments: Int32Array | null): void => {
    const key = segments === null || isOneSegment(segments) ? "causal" : segments.join();
    if (held[index] === key) return;
    fillMask(mask, length, key === "causal" ? null : segments);
    upload(backend, memory.mask, mask, index * maskBytes);
    held[index] = key;
  };
  return {
    ...shape,
    ...memory,
    fill(blocks, weightSum) {
      tokens.fill(0);
      targets.fill(0);
      weights.fill(0);
      for (let b = 0; b < count; b++) {
        const block = blocks[b];
        setMask(b, block?.segments ?? null);
        if (block === undefined) continue;
        tokens.set(block.inputs, b * length);
        targets.set(block.targets, b * length);
        for (let i = 0; i < length; i++) weights[b * length + i] = block.weights[i]! / weightSum;
      }
      upload(backend, memory.tokens, tokens);
      upload(backend, memory.targets, targets);
      upload(backend, memory.weights, weights);
    },
  };
}

/** One segment with padding at most behind it: what the padding sees does not matter, so the mask is the causal one. */
function isOneSegment(segments: Int32Array): boolean {
  let last = segments.length;
  while (last > 0 && segments[last - 1] === -1) last--;
  for (let i = 1; i < last; i++) if (segments[i] !== segments[0]) return false;
  return true;
}

/** Every position sees itself, padding too, so that no softmax is over nothing. */
function fillMask(mask: Float32Array, length: number, segments: Int32Array | null): void {
  for (let query = 0; query < length; query++) {
    const row = query * length;
    for (let key = 0; key < length; key++) {
      const seen = key <= query && (segments === null || segments[key] === segments[query]);
      mask[row + key] = seen ? 0 : Number.NEGATIVE_INFINITY;
    }
  }
}
