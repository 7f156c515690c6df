/** The blocks of a training, drawn step by step from its sets, and checked: a wrong id would end the process inside ggml. */
import { CorpusError } from "../errors.js";
import { createBlockOrder } from "./block-order.js";
import type { TrainingData } from "./engine.js";
import { type Block, openTrainingSet } from "./training-set.js";

export interface DrawnBlock {
  /** Where it came from, for messages: file and number. */
  place: string;
  /** Throws `CorpusError` naming the block where an id is not in the vocabulary or a weight is not a number ≥ 0. */
  read(): Block;
}

export interface OpenedData {
  /** Positions in a block, the same in every set. */
  blockLength: number;
  /** The blocks of `step` (from 1): they depend on nothing but the job and the step's number. */
  blocksOf(step: number): DrawnBlock[];
  close(): void;
}

/** Throws `CorpusError` where a set is damaged or empty. */
export function openTrainingData(
  data: TrainingData,
  vocabulary: number,
  { blocks_per_step, seed }: { blocks_per_step: number; seed: number },
): OpenedData {
  const set = openBlocks(data.sets[0]!.file, vocabulary);
  const order = createBlockOrder(set.blocks, blocks_per_step, seed);
  return {
    blockLength: set.blockLength,
    blocksOf: (step) =>
      order(step).map((i) => ({ place: `${data.sets[0]!.file}, block ${i}`, read: () => set.read(i) })),
    close: set.close,
  };
}

export interface CheckedBlocks {
  blocks: number;
  blockLength: number;
  read(index: number): Block;
  close(): void;
}

/** One set, every block of it checked when it is read. Throws as `DrawnBlock.read` does. */
export function openBlocks(file: string, vocabulary: number): CheckedBlocks {
  const set = openTrainingSet(file);
  if (set.blocks === 0) {
    set.close();
    throw new CorpusError("training_set.empty", `${file}: there are no blocks to train on`, {
      hint: "The corpus is shorter than one block, or its filters left nothing.",
    });
  }
  return {
    blocks: set.blocks,
    blockLength: set.blockLength,
    read(index) {
      const block = set.read(index);
      checkBlock(block, vocabulary, (position) => `${file}, block ${index}, position ${position}`);
      return block;
    },
    close: set.close,
  };
}

function checkBlock(
  { inputs, targets, weights }: Block,
  vocabulary: number,
  place: (position: number) => string,
): void {
  for (let i = 0; i < inputs.length; i++) {
    for (const id of [inputs[i]!, targets[i]!]) {
      if (id >= 0 && id < vocabulary) continue;
      throw new CorpusError("training_set.id", `${place(i)}: token id ${id}, but the model has ${vocabulary} rows`, {
        hint: "The tokenizer is larger than the model: initialise the model for it first.",
      });
    }
    const weight = weights[i]!;
    if (weight >= 0 && Number.isFinite(weight)) continue;
    throw new CorpusError("training_set.weight", `${place(i)}: the loss weight is ${weight}`);
  }
}
