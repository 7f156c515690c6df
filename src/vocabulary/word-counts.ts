/** How often each word of a corpus occurs, as its pre-tokenizer cuts it. The corpus is read as a stream. */
import type { Documents } from "../corpus/document.js";
import { TokenizerError } from "../errors.js";
import type { Progress } from "../progress.js";
import { cutText } from "../tokenizer/cut-text.js";
import type { PreTokenizer } from "../tokenizer/pre-tokenizer.js";

/** In the order of first occurrence. Counts are doubles: exact up to 2^53. */
export type WordCounts = [word: string, count: number][];

/** A JavaScript Map holds no more. */
const mostWords = 2 ** 24 - 1;

/** V8 keeps the whole text alive for a piece of it that is longer than this. */
const longestCopied = 12;

/** Throws `CorpusError` from reading, `TokenizerError` where there are more than 16 million different words. */
export async function countWords(
  documents: Documents,
  preTokenizer: PreTokenizer,
  progress?: Progress,
): Promise<WordCounts> {
  const slots = new Map<string, number>();
  const words: string[] = [];
  let counts = new Float64Array(1 << 12);
  const count = (word: string): void => {
    let slot = slots.get(word);
    if (slot === undefined) {
      if (words.length === mostWords) throw tooManyWords();
      const own = word.length > longestCopied ? Buffer.from(word, "utf16le").toString("utf16le") : word;
      slot = words.push(own) - 1;
      slots.set(own, slot);
      if (slot === counts.length) {
        const larger = new Float64Array(2 * slot);
        larger.set(counts);
        counts = larger;
      }
    }
    counts[slot]!++;
  };
  let characters = 0;
  for await (const { text } of documents) {
    for (const piece of cutText(text)) preTokenizer(piece, count);
    characters += text.length;
    progress?.({ task: "counting words", done: characters, total: 0, unit: "characters" });
  }
  return words.map((word, slot) => [word, counts[slot]!]);
}

const tooManyWords = (): TokenizerError =>
  new TokenizerError("vocabulary.too_many_words", `the corpus has more than ${mostWords} different words`, {
    hint: "Take a part of the corpus, or leave out documents that are not prose.",
  });
