/** The blocks of a training, drawn step by step from its sets, and checked: a wrong id would end the process inside ggml. */
import { CorpusError } from "../errors.js";
import { apportion } from "./apportion.js";
import { createBlockOrder } from "./block-order.js";
import type { TrainingData } from "./engine.js";
import { createMixture } from "./mixture.js";
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

/** How many blocks the training draws from each set: all in all `steps` × `blocks_per_step`, by weight. */
export function drawsOf(weights: readonly number[], options: { steps: number; blocks_per_step: number }): number[] {
  return apportion(options.steps * options.blocks_per_step, weights);
}

/** Throws `CorpusError` where a set is damaged or empty, or its blocks are of another length than the others'. */
export function openTrainingData(
  data: TrainingData,
  vocabulary: number,
  options: { steps: number; blocks_per_step: number; seed: number },
): OpenedData {
  const { blocks_per_step, seed } = options;
  const draws = drawsOf(
    data.sets.map(({ weight }) => weight),
    options,
  );
  const sets: (CheckedBlocks & { file: string; order(draw: number): number })[] = [];
  const close = (): void => {
    for (const set of sets) set.close();
  };
  try {
    for (const [i, { file }] of data.sets.entries()) {
      const set = openBlocks(file, vocabulary);
      // Sets of equally many blocks are not to come in the same order.
      const order = createBlockOrder(set.blocks, seed + Math.imul(i, 0x9e3779b9));
      sets.push({ ...set, file, order });
      const { blockLength, file: first } = sets[0]!;
      if (set.blockLength !== blockLength) throw otherLength(file, set.blockLength, first, blockLength);
    }
  } catch (error) {
    close();
    throw error;
  }
  const mixture = createMixture(draws, seed);
  return {
    blockLength: sets[0]!.blockLength,
    blocksOf: (step) =>
      Array.from({ length: blocks_per_step }, (_, i) => {
        const { set: number, draw } = mixture((step - 1) * blocks_per_step + i);
        const set = sets[number]!;
        const block = set.order(draw);
        return { place: `${set.file}, block ${block}`, read: () => set.read(block) };
      }),
    close,
  };
}

function otherLength(file: string, length: number, first: string, others: number): CorpusError {
  return new CorpusError("training_set.length", `${file}: blocks of ${length} positions, but ${first} has ${others}`);
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
