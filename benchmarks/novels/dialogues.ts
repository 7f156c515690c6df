/**
 * Dialogues made of the English novels themselves, to turn the base model into an instruct model:
 * repeating a passage, going on with it, and giving its first words.
 */
import { readCorpus } from "../../src/corpus/read-corpus.js";
import { createRandom } from "../../src/random.js";
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";

const tasks: ((sentence: string, next: string) => [question: string, answer: string])[] = [
  (sentence) => [`Repeat this word for word: ${sentence}`, sentence],
  (sentence, next) => [`What does the book say after this? ${sentence}`, next],
  (sentence) => [`Which three words begin this sentence? ${sentence}`, sentence.split(" ").slice(0, 3).join(" ")],
];

/** `count` dialogues, the same for the same seed. */
export async function novelDialogues(files: string[], count: number, seed: number): Promise<ChatMessage[][]> {
  const random = createRandom(seed);
  const sentences: string[] = [];
  for await (const { text } of readCorpus({ files })) {
    for (const sentence of text.replaceAll(/\s+/g, " ").match(/[A-Z][^.!?]{20,110}[.!?]/g) ?? [])
      sentences.push(sentence);
  }
  return Array.from({ length: count }, () => {
    const at = random.below(sentences.length - 1);
    const [question, answer] = tasks[random.below(tasks.length)]!(sentences[at]!, sentences[at + 1]!);
    return [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ];
  });
}
