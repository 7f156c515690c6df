/**
 * Conversations as training sequences: rendered through the tokenizer's chat template, with a loss on the
 * assistant's tokens only (the end of its turn included). Several short ones share a block as segments.
 */
import { createSequencePacker } from "../engine/sequence-packer.js";
import { writeTrainingSet } from "../engine/training-set.js";
import { CorpusError } from "../errors.js";
import { encodeChat } from "../tokenizer/chat-template.js";
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";

export interface TrainingSequence {
  /** n + 1 ids, which take n positions. */
  ids: Int32Array;
  /** n loss weights, 0 or 1: of predicting ids 1 to n. */
  weights: Uint8Array;
}

export async function conversationSequence(tokenizer: Tokenizer, messages: ChatMessage[]): Promise<TrainingSequence> {
  const { ids, assistant } = await encodeChat(tokenizer, messages, {});
  return { ids: Int32Array.from(ids), weights: Uint8Array.from(assistant.slice(1), Number) };
}

export async function* conversationSequences(
  tokenizer: Tokenizer,
  conversations: AsyncIterable<ChatMessage[]> | Iterable<ChatMessage[]>,
): AsyncGenerator<TrainingSequence> {
  for await (const messages of conversations) yield conversationSequence(tokenizer, messages);
}

export interface PackedSequences {
  blocks: number;
  /** Sequences that were packed. */
  sequences: number;
  /** Sequences left out since they are longer than a block. */
  too_long: number;
  /** Positions with a loss. */
  tokens: number;
}

/** Writes the training-set file `file`. Throws `CorpusError` where nothing is left to train on. */
export async function packSequences(
  sequences: AsyncIterable<TrainingSequence> | Iterable<TrainingSequence>,
  blockLength: number,
  file: string,
): Promise<PackedSequences> {
  const packed = { sequences: 0, too_long: 0, tokens: 0 };
  const { blocks } = await writeTrainingSet(file, blockLength, async (append) => {
    const packer = createSequencePacker(blockLength, append);
    for await (const { ids, weights } of sequences) {
      if (!packer.add(ids, weights)) {
        packed.too_long++;
        continue;
      }
      packed.sequences++;
      packed.tokens += weights.reduce((sum, weight) => sum + weight, 0);
    }
    packer.finish();
    if (packed.tokens > 0) return;
    throw new CorpusError("conversations.empty", "there is no conversation with an assistant's answer to train on", {
      hint:
        packed.too_long > 0 ? `${packed.too_long} are longer than a block: raise block_size.` : "Check the prompts.",
    });
  });
  return { ...packed, blocks };
}
