/** Blocks of a training set, checked against the model: a wrong id would end the process inside ggml. */
import { CorpusError } from "../../errors.js";
import { type Block, openTrainingSet, type TrainingSet } from "../training-set.js";

export interface BlockReader {
  blocks: number;
  blockLength: number;
  read(index: number): Block;
  close(): void;
}

/** Throws `CorpusError` naming the block where an id is not in the vocabulary or a weight is not a number ≥ 0. */
export function openBlocks(file: string, vocabulary: number): BlockReader {
  const set: TrainingSet = openTrainingSet(file);
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
