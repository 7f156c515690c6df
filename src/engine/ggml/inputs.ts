/** What a pass takes and what it leaves behind: tensors that stay, filled anew for every micro-batch. */

import { attentionMask, isOneSegment } from "../attention-mask.js";
import type { Block } from "../training-set.js";
import type { Backend } from "./backend.js";
import { ggmlType, type Pointer } from "./functions.js";
import { allocate, upload } from "./memory.js";
import type { Tensor } from "./tensor.js";
import type { Weights } from "./weights.js";

export interface BatchShape {
  /** Blocks in a micro-batch. */
  blocks: number;
  /** Positions in a block. */
  length: number;
  /** Width of the hidden states. */
  width: number;
}

export interface Inputs extends BatchShape {
  /** Rows to look up in the frozen and in the trained part of the input embedding, int32[N], N = blocks · length. */
  frozenTokens: Tensor;
  trainedTokens: Tensor;
  /** 1 where a token's row is in that part, else 0, float32[1, N]. */
  isFrozen: Tensor;
  isTrained: Tensor;
  /** Which of the distinct trained rows of this micro-batch a token has, int32[N], and those rows; what is left over is the spare row behind the table. */
  slots: Tensor;
  distinctRows: Tensor;
  /** Places of the targets in the head's logits, int32[1, N] */
  targets: Tensor;
  /** float32[1, N]: loss weight of each position over the sum of all in the step. */
  weights: Tensor;
  /** int32[length] */
  positions: Tensor;
  /** float32[length, length, 1, blocks]: 0 where a query (second dimension) may see a key, else −∞. By the layer's sliding window. */
  maskOf(window: number | null): Tensor;
  /** Results: each target's probability, float32[N], and the last hidden states after the norm, float32[width, N]. */
  probabilities: Tensor;
  hidden: Tensor;
  buffer: Pointer;
  /** Uploads a micro-batch; missing blocks are left out of the loss. `weightSum` is the whole step's. */
  fill(blocks: readonly Block[], weightSum: number): void;
  /** The distinct trained rows of the micro-batch that was filled last. */
  rowsInUse(): Int32Array;
}

/** `windows`: the sliding windows of the model's layers. */
export function createInputs(
  backend: Backend,
  shape: BatchShape,
  tables: Weights["tables"],
  windows: readonly (number | null)[],
): Inputs {
  const { blocks: count, length, width } = shape;
  const n = count * length;
  /** A window as long as the block hides nothing. */
  const effective = (window: number | null): number => Math.min(window ?? length, length);
  const distinct = [...new Set(windows.map(effective))];
  const memory = allocate(backend, "inputs", 16 + distinct.length, (ops) => ({
    frozenTokens: ops.tensor(ggmlType.I32, n),
    trainedTokens: ops.tensor(ggmlType.I32, n),
    isFrozen: ops.tensor(ggmlType.F32, 1, n),
    isTrained: ops.tensor(ggmlType.F32, 1, n),
    slots: ops.tensor(ggmlType.I32, n),
    distinctRows: ops.tensor(ggmlType.I32, n),
    targets: ops.tensor(ggmlType.I32, 1, n),
    weights: ops.tensor(ggmlType.F32, 1, n),
    positions: ops.tensor(ggmlType.I32, length),
    masks: new Map(distinct.map((window) => [window, ops.tensor(ggmlType.F32, length, length, 1, count)])),
    probabilities: ops.tensor(ggmlType.F32, n),
    hidden: ops.tensor(ggmlType.F32, width, n),
  }));
  upload(
    backend,
    memory.positions,
    Int32Array.from({ length }, (_, i) => i),
  );
  const tokens = createTokenInputs(backend, memory, tables, n);
  const weights = new Float32Array(n);
  // What the mask of each block holds now: most blocks are one segment, and then nothing is uploaded.
  const held: string[] = new Array<string>(count).fill("");
  const setMask = (index: number, segments: Int32Array | null): void => {
    const key = segments === null || isOneSegment(segments) ? "causal" : segments.join();
    if (held[index] === key) return;
    for (const [window, tensor] of memory.masks) {
      const mask = attentionMask(length, key === "causal" ? null : segments, window);
      upload(backend, tensor, mask, index * mask.byteLength);
    }
    held[index] = key;
  };
  return {
    ...shape,
    ...memory,
    maskOf: (window) => memory.masks.get(effective(window))!,
    fill(blocks, weightSum) {
      weights.fill(0);
      for (let b = 0; b < count; b++) {
        const block = blocks[b];
        setMask(b, block?.segments ?? null);
        if (block === undefined) continue;
        for (let i = 0; i < length; i++) weights[b * length + i] = block.weights[i]! / weightSum;
      }
      tokens.fill(blocks, length);
      upload(backend, memory.weights, weights);
    },
    rowsInUse: tokens.rowsInUse,
  };
}

type TokenTensors = Pick<
  Inputs,
  "frozenTokens" | "trainedTokens" | "isFrozen" | "isTrained" | "slots" | "distinctRows" | "targets"
>;

/** Token ids as the parts of the tables know them. */
function createTokenInputs(backend: Backend, tensors: TokenTensors, { input, head }: Weights["tables"], n: number) {
  const ids = (): Int32Array => new Int32Array(n);
  const filled = {
    ...{ frozenTokens: ids(), trainedTokens: ids(), slots: ids(), distinctRows: ids(), targets: ids() },
    ...{ isFrozen: new Float32Array(n), isTrained: new Float32Array(n) },
  } satisfies Record<keyof TokenTensors, unknown>;
  const slotOf = new Map<number, number>();
  return {
    rowsInUse: () => filled.distinctRows.subarray(0, slotOf.size),
    fill(blocks: readonly Block[], length: number): void {
      for (const array of Object.values(filled)) array.fill(0);
      // The row behind the last: gradients of rows that stay end there.
      filled.distinctRows.fill(input.trained);
      filled.slots.fill(n - 1);
      slotOf.clear();
      for (const [b, block] of blocks.entries()) {
        for (let i = 0; i < length; i++) {
          const at = b * length + i;
          filled.targets[at] = head.places[block.targets[i]!]!;
          const place = input.places[block.inputs[i]!]!;
          if (place < input.frozen) {
            filled.frozenTokens[at] = place;
            filled.isFrozen[at] = 1;
            continue;
          }
          const row = place - input.frozen;
          filled.trainedTokens[at] = row;
          filled.isTrained[at] = 1;
          let slot = slotOf.get(row);
          if (slot === undefined) {
            slot = slotOf.size;
            slotOf.set(row, slot);
            filled.distinctRows[slot] = row;
          }
          filled.slots[at] = slot;
        }
      }
      for (const [name, array] of Object.entries(filled)) upload(backend, tensors[name as keyof TokenTensors], array);
    },
  };
}
