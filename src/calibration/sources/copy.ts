/**
 * The copy task (arXiv 2412.21140, table 4): conversations that ask for a text to be repeated word for word,
 * so that the model learns to write in the new tokens what it reads in them.
 */
import type { Document, Documents } from "../../corpus/document.js";
import { countCharacters } from "../../corpus/filters.js";
import { readCorpus } from "../../corpus/read-corpus.js";
import { countScriptLetters } from "../../corpus/script-share.js";
import { createRandom } from "../../random.js";
import type { ChatMessage } from "../../tokenizer/tokenizer.js";
import type { CopyTaskOptions } from "../options.js";
import { sampleTexts } from "../sample-texts.js";
import { copyWordings } from "./copy-wordings.js";

/** `count` conversations, or as many as the corpus has texts. The same seed gives the same ones. */
export async function copyConversations(
  options: CopyTaskOptions,
  count: number,
  seed: number,
): Promise<ChatMessage[][]> {
  const random = createRandom(seed);
  const texts = await sampleTexts(copyTexts(readCorpus(options.corpus), options), count, random);
  const cyrillic = countScriptLetters("Cyrillic");
  return texts.map((text) => {
    const letters = cyrillic(text);
    const wordings = copyWordings[2 * letters.ofScript > letters.all ? "ru" : "en"];
    const wording = wordings[random.below(wordings.length)]!;
    return [
      // A function, since `$&` in the text would be a pattern in a replacement string.
      { role: "user", content: wording.replace("{text}", () => text) },
      { role: "assistant", content: text },
    ];
  });
}

/** Sentences and paragraphs of the wanted length, each at most once in a row. */
async function* copyTexts(documents: Documents, options: CopyTaskOptions): AsyncGenerator<string> {
  for await (const document of documents) {
    for (const text of textsOf(document, options.units)) {
      const characters = countCharacters(text);
      if (characters >= options.min_characters && characters <= options.max_characters) yield text;
    }
  }
}

function* textsOf(document: Document, units: CopyTaskOptions["units"]): Generator<string> {
  for (const line of document.text.split(/[\r\n]+/)) {
    const paragraph = line.trim();
    if (paragraph === "") continue;
    const sentences = splitSentences(paragraph);
    if (units.includes("sentence")) yield* sentences;
    if (units.includes("paragraph") && (sentences.length > 1 || !units.includes("sentence"))) yield paragraph;
  }
}

/** A sentence ends at a full stop, question or exclamation mark or an ellipsis, closing quotes included, before a capital. */
export function splitSentences(paragraph: string): string[] {
  return paragraph
    .split(/(?<=[.!?…][»”")\]]{0,2})\s+(?=[«“"([—–-]{0,2}\s?\p{Lu})/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
