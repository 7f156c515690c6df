import assert from "node:assert/strict";
import { test } from "node:test";
import { attributes } from "../../../data/tiny/world/attributes.js";
import { withArticle } from "../../../data/tiny/world/english.js";
import { makeFacts } from "../../../data/tiny/world/facts.js";
import { adjective, type Counted, count, declension } from "../../../data/tiny/world/russian.js";
import { sideTalk, sideTalkPatterns } from "../../../data/tiny/world/side-talk.js";
import { fill, type Language, sentence } from "../../../data/tiny/world/template.js";
import { categories, things, thingsOf } from "../../../data/tiny/world/things.js";
import { valueSets } from "../../../data/tiny/world/values.js";
import { createRandom } from "../../../src/random.js";

test("about a hundred things in twelve categories, each with six to eight attributes", () => {
  assert.equal(categories.length, 12);
  assert.ok(things.length >= 95 && things.length <= 115, `${things.length} things`);
  assert.equal(new Set(things.map((thing) => thing.id)).size, things.length);
  assert.equal(new Set(things.map((thing) => thing.ru.nom)).size, things.length);
  for (const category of categories) {
    const own = attributes.filter((attribute) => attribute.categories.includes(category)).length;
    assert.ok(own >= 6 && own <= 8, `${category}: ${own}`);
    assert.ok(thingsOf(category).length >= 8, category);
  }
});

test("at least forty sentence patterns a language besides questions, those of an attribute all different", () => {
  assert.ok(sideTalkPatterns >= 20);
  for (const language of ["en", "ru"] as const) {
    const stating = new Set(attributes.flatMap((attribute) => attribute.statements[language])).size;
    assert.ok(stating >= 36 && stating + sideTalkPatterns >= 40);
    for (const { id, statements, questions, quiz } of attributes) {
      assert.equal(new Set(statements[language]).size, statements[language].length, id);
      assert.equal(new Set([...questions[language], ...quiz[language]]).size, 4, id);
    }
  }
});

// Forms as Russian grammars give them.
test("numerals agree with what they count", () => {
  const coin: Counted = { gender: "f", one: "монета", oneAccusative: "монету", few: "монеты", many: "монет" };
  const year: Counted = { gender: "m", one: "год", few: "года", many: "лет" };
  const egg: Counted = { gender: "n", one: "яйцо", few: "яйца", many: "яиц" };
  assert.equal(count(2, coin), "две монеты");
  assert.equal(count(2, year), "два года");
  assert.equal(count(2, egg), "два яйца");
  assert.equal(count(5, coin), "пять монет");
  assert.equal(count(12, year), "двенадцать лет");
  assert.equal(count(21, year), "двадцать один год");
  assert.equal(count(21, coin), "двадцать одна монета");
  assert.equal(count(21, coin, "acc"), "двадцать одну монету");
  assert.equal(count(1, egg), "одно яйцо");
});

test("forms of nouns and adjectives are stem and ending", () => {
  assert.deepEqual(declension("за:яц,йца,йцу,йца,йцем,йце"), {
    nom: "заяц",
    gen: "зайца",
    dat: "зайцу",
    acc: "зайца",
    ins: "зайцем",
    pre: "зайце",
  });
  assert.equal(adjective("син:ий,яя,ее,юю").fa, "синюю");
  assert.throws(() => declension("лис:а,ы"));
});

test("words agree in gender, English articles with the sound", () => {
  const fox = things.find((thing) => thing.id === "fox")!;
  const pie = things.find((thing) => thing.id === "pie")!;
  const jam = things.find((thing) => thing.id === "jam")!;
  const red = valueSets.colours.find((value) => value.en === "red")!;
  assert.equal(sentence("{T} {V.T}.", "ru", pie, red), "Пирог красный.");
  assert.equal(sentence("{T} {V.T}.", "ru", jam, red), "Варенье красное.");
  assert.equal(fill("родил[ся|ась|ось] <он|она|оно>", "ru", fox, valueSets.people[1]!), "родилась он");
  assert.equal(withArticle("anchor"), "an anchor");
  assert.equal(withArticle("key"), "a key");
});

test("every pattern fits every thing and value that it can meet", () => {
  for (const attribute of attributes) {
    for (const category of attribute.categories) {
      for (const thing of thingsOf(category)) {
        for (const language of ["en", "ru"] as Language[]) {
          const answers = new Set<string>();
          for (const value of valueSets[attribute.values]) {
            const made = (pattern: string): string => sentence(pattern, language, thing, value);
            for (const text of attribute.statements[language].map(made)) checkSentence(text, ".", language);
            for (const text of attribute.questions[language].map(made)) checkSentence(text, "?", language);
            answers.add(fill(attribute.answer[language], language, thing, value));
          }
          assert.equal(answers.size, valueSets[attribute.values].length, `${attribute.id}: two values, one answer`);
        }
      }
    }
  }
});

test("side talk is whole sentences in both languages", () => {
  const random = createRandom(3);
  for (let i = 0; i < 2000; i++) {
    const talk = sideTalk(random);
    checkSentence(talk.en, ".", "en");
    checkSentence(talk.ru, ".", "ru");
  }
});

function checkSentence(text: string, end: string, language: Language): void {
  assert.match(text, language === "en" ? /^[A-Z][A-Za-z ,'-]+[.?]$/ : /^[А-ЯЁ][А-Яа-яЁё ,—-]+[.?]$/, text);
  assert.ok(text.endsWith(end) && !/ {2}| [,.?]/.test(text), text);
  if (language === "en") assert.doesNotMatch(text, /\b(a [aeiou]|an [^aeiou]|the the)/i);
}

test("half of the facts of every attribute are stated in both languages, and both halves are asked in both places", () => {
  const facts = makeFacts(1);
  assert.deepEqual(makeFacts(1), facts);
  for (const attribute of attributes) {
    const own = facts.filter((fact) => fact.attribute === attribute);
    const both = own.filter((fact) => fact.stated === "both").length;
    assert.ok(Math.abs(both - own.length / 2) <= 0.5);
    for (const stated of ["both", "english"]) {
      const asked = own.filter((fact) => fact.stated === stated).map((fact) => fact.asked);
      assert.ok(asked.includes("tuning") && asked.includes("benchmark"), `${attribute.id} ${stated}`);
    }
  }
});
