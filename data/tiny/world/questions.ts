/** Questions about facts: alone, with four answers to choose from as words, or with lettered ones. */
import type { Random } from "../../../src/random.js";
import type { Fact } from "./facts.js";
import { fill, type Language, sentence } from "./template.js";
import { type Value, valueSets } from "./values.js";

export interface Question {
  fact: Fact;
  language: Language;
  /** The question alone. */
  text: string;
  /** The short answer. */
  answer: string;
  /** Four answers from the same set of values, the right one among them. */
  options: string[];
  /** Place of the right one in `options`. */
  right: number;
}

/** `wording` is a pattern of the fact's attribute; `right` the place of the right answer, a random one where it is left out. */
export function ask(
  fact: Fact,
  language: Language,
  wording: string,
  random: Random,
  right = random.below(4),
): Question {
  const { attribute, thing, value } = fact;
  const answerOf = (candidate: Value): string => fill(attribute.answer[language], language, thing, candidate);
  const wrong = random.shuffle(valueSets[attribute.values].filter((candidate) => candidate !== value)).slice(0, 3);
  const options = wrong.map(answerOf);
  const answer = answerOf(value);
  options.splice(right, 0, answer);
  return {
    fact,
    language,
    text: sentence(wording, language, thing, value),
    answer,
    options,
    right,
  };
}

/** The line of answers below a question, as tuning and benchmark show it. */
export function optionsLine(question: Question): string {
  return `${question.language === "en" ? "Options" : "Варианты"}: ${question.options.join(", ")}.`;
}
