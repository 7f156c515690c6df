/** Conversations of two turns, for instruction tuning; and prompts of the same kinds for calibration. */
import { copyWordings } from "../../../src/calibration/sources/copy-wordings.js";
import type { Random } from "../../../src/random.js";
import type { ChatMessage } from "../../../src/tokenizer/tokenizer.js";
import type { Fact } from "./facts.js";
import { talk, wordList } from "./paragraphs.js";
import { ask, optionsLine } from "./questions.js";
import type { Language } from "./template.js";

export const dialogueKinds = ["options_en", "options_ru", "direct_en", "direct_ru", "copy_en", "copy_ru"] as const;
export type DialogueKind = (typeof dialogueKinds)[number];

/** Longest Russian text to copy, characters: twice in a prompt of one token a letter, it must fit the tiny context. */
export const longestCopy = 180;

export interface DialogueMaker {
  make(kind: DialogueKind): ChatMessage[];
}

/** Asks only facts of `facts` that may be asked in tuning; copies no text of `reserved`. */
export function createDialogueMaker(
  facts: readonly Fact[],
  reserved: ReadonlySet<string>,
  random: Random,
): DialogueMaker {
  const askable = facts.filter((fact) => fact.asked === "tuning");
  const pool: Record<Language, readonly Fact[]> = {
    en: askable,
    ru: askable.filter((fact) => fact.stated === "both"),
  };
  const question = (language: Language, withOptions: boolean): ChatMessage[] => {
    const fact = pool[language][random.below(pool[language].length)]!;
    const asked = ask(fact, language, fact.attribute.questions[language][random.below(2)]!, random);
    const content = withOptions ? `${asked.text}\n${optionsLine(asked)}` : asked.text;
    return exchange(content, asked.answer);
  };
  const copy = (language: Language): ChatMessage[] => {
    const text = random.below(3) === 0 ? wordList(random, language) : copyText(random, language, reserved);
    // The first wording is the benchmark's; it comes a little more often.
    const wordings = copyWordings[language];
    const wording = random.below(4) === 0 ? wordings[0] : wordings[random.below(wordings.length)]!;
    return exchange(
      wording.replace("{text}", () => text),
      text,
    );
  };
  return {
    make(kind) {
      const [what, language] = kind.split("_") as ["options" | "direct" | "copy", Language];
      return what === "copy" ? copy(language) : question(language, what === "options");
    },
  };
}

const exchange = (user: string, assistant: string): ChatMessage[] => [
  { role: "user", content: user },
  { role: "assistant", content: assistant },
];

/** One to three sentences that state no fact of the world, none of them in `reserved`. */
export function copyText(
  random: Random,
  language: Language,
  reserved: ReadonlySet<string>,
  sentences?: number,
): string {
  for (;;) {
    const wanted = sentences ?? [1, 1, 2, 3][random.below(4)]!;
    const drawn = talk(random, wanted, language);
    const text = drawn.join(" ");
    if (text.length <= longestCopy && !drawn.some((one) => reserved.has(one))) return text;
  }
}

/** Kinds in the given shares, drawn one by one. */
export function drawKind(random: Random, shares: Partial<Record<DialogueKind, number>>): DialogueKind {
  let left = random.uniform();
  for (const kind of dialogueKinds) {
    left -= shares[kind] ?? 0;
    if (left < 0) return kind;
  }
  return dialogueKinds.find((kind) => (shares[kind] ?? 0) > 0)!;
}
