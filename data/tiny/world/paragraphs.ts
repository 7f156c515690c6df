/** Paragraphs that state facts, or talk about other matters, in English, in Russian or in both. */
import type { Random } from "../../../src/random.js";
import type { Fact } from "./facts.js";
import { ask, optionsLine } from "./questions.js";
import { type Sentence, sideTalk } from "./side-talk.js";
import { capitalise, type Language, sentence } from "./template.js";

/** A fact as a sentence, in the wording drawn. */
export function statement(fact: Fact, language: Language, random: Random): string {
  const patterns = fact.attribute.statements[language];
  return sentence(patterns[random.below(patterns.length)]!, language, fact.thing, fact.value);
}

export interface ParagraphOptions {
  /** Share of paragraphs that state no fact. */
  side_talk_share: number;
  /** Longest paragraph in Russian, characters. */
  longest: number;
  /** Share of paragraphs that say everything twice, line for line, as a refrain does: models learn copying from them. None by default. */
  refrain_share?: number;
  /** Of the refrains: shares of those that repeat words in no order, which only copying can foresee. None by default. */
  word_list_share?: number;
  /**
   * Share of paragraphs that ask about a fact and answer on lines of their own, as dialogues do: a word at the start of a line
   * is another token than behind a space. Half of them ask any fact in the wordings of the quiz, half ask
   * what tuning may ask, as tuning does. Facts that were only read as statements are not stored so that they can be asked for
   * (Allen-Zhu and Li, Physics of Language Models 3.1). None by default.
   */
  question_share?: number;
}

export interface ParagraphMaker {
  /** Several facts about one thing, side talk, a refrain, or a question with its answer. */
  plain(language: Language): string;
  /** Each sentence in one language and then in the other. */
  bilingual(): string;
}

/** Draws from `facts`; Russian sentences only of those that are stated in both languages. */
export function createParagraphMaker(
  facts: readonly Fact[],
  options: ParagraphOptions,
  random: Random,
): ParagraphMaker {
  const both = byThing(facts.filter((fact) => fact.stated === "both"));
  const all = byThing(facts);
  const some = (groups: Fact[][], most: number): Fact[] => {
    const group = groups[random.below(groups.length)]!;
    return random.shuffle([...group]).slice(0, 2 + random.below(most - 1));
  };
  const bounded = (sentences: string[]): string => {
    const kept: string[] = [];
    for (const next of sentences) {
      if (kept.length > 0 && [...kept, next].join(" ").length > options.longest) break;
      kept.push(next);
    }
    return kept.join(" ");
  };
  const { word_list_share = 0 } = options;
  const isWordList = (): boolean => word_list_share > 0 && random.uniform() < word_list_share;
  const isStated = (fact: Fact, language: Language): boolean => language === "en" || fact.stated === "both";
  const questionAndAnswer = (language: Language): string => {
    const quiz = random.below(2) === 0;
    const pool = facts.filter((fact) => isStated(fact, language) && (quiz || fact.asked === "tuning"));
    const fact = pool[random.below(pool.length)]!;
    const wordings = quiz ? fact.attribute.quiz : fact.attribute.questions;
    const question = ask(fact, language, wordings[language][random.below(2)]!, random);
    const choices = random.below(3) === 0 ? [optionsLine(question)] : [];
    return [question.text, ...choices, question.answer].join("\n");
  };
  return {
    plain(language) {
      const { question_share = 0, refrain_share = 0 } = options;
      const special = question_share + refrain_share > 0 ? random.uniform() : 1;
      if (special < question_share) return questionAndAnswer(language);
      if (special < question_share + refrain_share) {
        const verse = isWordList() ? wordList(random, language) : talk(random, 1 + random.below(2), language).join(" ");
        return `${verse}\n${verse}`;
      }
      if (random.uniform() < options.side_talk_share) return bounded(talk(random, 2 + random.below(2), language));
      const groups = language === "en" ? all : both;
      return bounded(some(groups, 4).map((fact) => statement(fact, language, random)));
    },
    bilingual() {
      const order: Language[] = random.below(2) === 0 ? ["en", "ru"] : ["ru", "en"];
      const sentences: Sentence[] =
        random.uniform() < options.side_talk_share
          ? [sideTalk(random), sideTalk(random)]
          : some(both, 2).map((fact) => ({ en: statement(fact, "en", random), ru: statement(fact, "ru", random) }));
      return sentences.flatMap((pair) => order.map((language) => pair[language])).join(" ");
    },
  };
}

/** `count` sentences about other matters. */
export function talk(random: Random, count: number, language: Language): string[] {
  return Array.from({ length: count }, () => sideTalk(random)[language]);
}

/** Four to nine words about other matters in no order. */
export function wordList(random: Random, language: Language): string {
  const words = talk(random, 3, language)
    .join(" ")
    .toLowerCase()
    .match(/\p{L}+/gu)!;
  return `${capitalise(
    random
      .shuffle([...words])
      .slice(0, 4 + random.below(6))
      .join(" "),
  )}.`;
}

function byThing(facts: readonly Fact[]): Fact[][] {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const group = groups.get(fact.thing.id);
    if (group === undefined) groups.set(fact.thing.id, [fact]);
    else group.push(fact);
  }
  return [...groups.values()];
}
