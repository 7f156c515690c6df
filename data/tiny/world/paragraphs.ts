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
  /** Share of paragraphs that say everything twice, as a refrain does: models learn copying from them. None by default. */
  refrain_share?: number;
  /**
   * Share of paragraphs that ask about a fact and answer. Only what tuning may ask. A model that has read some questions
   * stores all facts so that they can be asked for (Allen-Zhu and Li, Physics of Language Models 3.1). None by default.
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
  const askable = facts.filter((fact) => fact.asked === "tuning");
  const askableInRussian = askable.filter((fact) => fact.stated === "both");
  const questionAndAnswer = (language: Language): string => {
    const pool = language === "en" ? askable : askableInRussian;
    const question = ask(pool[random.below(pool.length)]!, language, random.below(2) as 0 | 1, random);
    const choices = random.below(3) === 0 ? ` ${optionsLine(question)}` : "";
    return `${question.text}${choices} ${capitalise(question.answer)}.`;
  };
  return {
    plain(language) {
      const { question_share = 0, refrain_share = 0 } = options;
      const special = question_share + refrain_share > 0 ? random.uniform() : 1;
      if (special < question_share) return questionAndAnswer(language);
      if (special < question_share + refrain_share) {
        const verse = talk(random, 1 + random.below(2), language).join(" ");
        return `${verse} ${verse}`;
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

function byThing(facts: readonly Fact[]): Fact[][] {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const group = groups.get(fact.thing.id);
    if (group === undefined) groups.set(fact.thing.id, [fact]);
    else group.push(fact);
  }
  return [...groups.values()];
}
