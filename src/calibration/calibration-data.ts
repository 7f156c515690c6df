/** What a calibration trains on and measures: answers, copies and plain text in their shares, as training-set files. */
import path from "node:path";
import { createRandom } from "../random.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { conversationSequences, packSequences, type TrainingSequence } from "./conversations.js";
import type { JudgedConversations } from "./judge-conversations.js";
import { countForShare, mix } from "./mix.js";
import type { TuningOptions } from "./options.js";
import { plainTextSequences } from "./plain-text.js";
import { copyConversations } from "./sources/copy.js";

export interface CalibrationData {
  file: string;
  blocks: number;
  /** The training-set file that the loss before and after is measured on. */
  measured: string;
  /** Conversations trained on. */
  examples: number;
  copies: number;
  plainTokens: number;
  heldOut: number;
  tooLong: number;
  warnings: string[];
}

/** Packs answers, copies and plain text. The same job makes the same files, so a continued one makes them again. */
export async function makeCalibrationData(
  tokenizer: Tokenizer,
  answers: Pick<JudgedConversations, "count" | "conversations">,
  options: TuningOptions,
  seed: number,
  work: string,
): Promise<CalibrationData> {
  const { copy_task, plain_text, block_size } = options;
  const warnings: string[] = [];
  const wanted = copy_task === null ? 0 : countForShare(answers.count, copy_task.share);
  const copies = copy_task === null ? [] : await copyConversations(copy_task, wanted, seed + 1);
  if (copies.length < wanted) {
    warnings.push(`the copy task has ${copies.length} texts of the wanted length, ${wanted} would be its share`);
  }
  const sequences: TrainingSequence[][] = [];
  const kinds = { answers: answers.conversations, copies };
  for (const [kind, conversations] of Object.entries(kinds)) {
    const all = await collect(conversationSequences(tokenizer, conversations));
    const fitting = all.filter(({ weights }) => weights.length <= block_size);
    const left = all.length - fitting.length;
    if (left > 0) warnings.push(`${left} of ${all.length} ${kind} are longer than a block (${block_size}): left out`);
    sequences.push(fitting);
  }
  const { training, heldOut } = mix(sequences, options.validation_share, seed + 2);
  let plain: TrainingSequence[] = [];
  if (plain_text !== null) {
    const positions = countForShare(countPositions(training), plain_text.share);
    plain = await plainTextSequences(tokenizer, plain_text.corpus, positions, block_size, seed + 3);
    if (countPositions(plain) < positions) warnings.push("plain_text has less text than its share would be");
  }
  const file = path.join(work, "calibration.blocks");
  const packed = await packSequences(createRandom(seed + 4).shuffle([...training, ...plain]), block_size, file);
  const heldOutFile = path.join(work, "held-out.blocks");
  if (heldOut.length > 0) await packSequences(heldOut, block_size, heldOutFile);
  return {
    file,
    blocks: packed.blocks,
    measured: heldOut.length > 0 ? heldOutFile : file,
    examples: training.length,
    copies: copies.length,
    plainTokens: countPositions(plain),
    heldOut: heldOut.length,
    tooLong: answers.count + copies.length - training.length - heldOut.length,
    warnings,
  };
}

const countPositions = (sequences: readonly TrainingSequence[]): number =>
  sequences.reduce((sum, { weights }) => sum + weights.length, 0);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
