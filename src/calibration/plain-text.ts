/**
 * Passages of plain text among the conversations, with a loss on every token: tuning on short answers
 * makes a model worse at predicting text, and this is meant against it.
 */
import type { Documents } from "../corpus/document.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import { createRandom } from "../random.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { TrainingSequence } from "./conversations.js";
import { sampleTexts } from "./sample-texts.js";

const passageCharacters = 1000;
const longestPassage = 4000;
/** Fewest tokens that a passage is expected to have; only how many are drawn depends on it. */
const expectedTokens = 16;

/** Random passages of `positions` positions in all, or all there are; one longer than `longest` becomes several. */
export async function plainTextSequences(
  tokenizer: Tokenizer,
  corpus: CorpusOptions,
  positions: number,
  longest: number,
  seed: number,
): Promise<TrainingSequence[]> {
  const { start } = sequenceMarks(tokenizer);
  const texts = await sampleTexts(
    passages(readCorpus(corpus)),
    Math.ceil(positions / expectedTokens),
    createRandom(seed),
  );
  const sequences: TrainingSequence[] = [];
  const batch = 256;
  for (let from = 0, total = 0; from < texts.length && total < positions; from += batch) {
    for (const encoded of await tokenizer.encodeBatch(texts.slice(from, from + batch))) {
      for (let at = 0; at < encoded.length && total < positions; at += longest) {
        const ids = Int32Array.of(start, ...encoded.slice(at, at + longest));
        total += ids.length - 1;
        sequences.push({ ids, weights: new Uint8Array(ids.length - 1).fill(1) });
      }
    }
  }
  return sequences;
}

/** Whole lines, as many as make about a thousand characters; very long lines are cut. */
async function* passages(documents: Documents): AsyncGenerator<string> {
  for await (const { text } of documents) {
    for (let start = 0; start < text.length; ) {
      const lineEnd = text.indexOf("\n", start + passageCharacters);
      let end = Math.min(lineEnd === -1 ? text.length : lineEnd + 1, start + longestPassage);
      // Never between the halves of a surrogate pair.
      if (end < text.length && text.codePointAt(end - 1)! > 0xffff) end++;
      yield text.slice(start, end);
      start = end;
    }
  }
}
