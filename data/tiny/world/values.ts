/** The sets that attributes take their values from; each value in both languages, in the forms that the patterns ask for. */
import { countEnglish } from "./english.js";
import { adjective, type Counted, count, declension, type Gender } from "./russian.js";
import type { Filler } from "./template.js";
import { type Category, thingsOf } from "./things.js";

export type Value = Filler;

/** Words that never change: phrases of place. */
const phrases = (pairs: Record<string, string>): Value[] =>
  Object.entries(pairs).map(([en, nom]) => ({ en, ru: { nom }, gender: "n" }));

const nouns = (words: Record<string, [Gender, string]>): Value[] =>
  Object.entries(words).map(([en, [gender, written]]) => ({ en, ru: declension(written), gender }));

const adjectives = (words: Record<string, string>): Value[] =>
  Object.entries(words).map(([en, written]) => ({ en, ru: adjective(written), gender: "m" }));

const amounts = (numbers: number[], english: string | [string, string], russian: Counted): Value[] =>
  numbers.map((n) => ({
    en: typeof english === "string" ? countEnglish(n, english) : countEnglish(n, ...english),
    ru: { nom: count(n, russian), acc: count(n, russian, "acc") },
    gender: russian.gender,
  }));

const kinds = (category: Category): Value[] => thingsOf(category);

export const valueSets = {
  people: kinds("person"),
  colours: adjectives({
    red: "красн:ый,ая,ое,ую",
    blue: "син:ий,яя,ее,юю",
    green: "зелён:ый,ая,ое,ую",
    yellow: "жёлт:ый,ая,ое,ую",
    white: "бел:ый,ая,ое,ую",
    black: "чёрн:ый,ая,ое,ую",
    grey: "сер:ый,ая,ое,ую",
    brown: "коричнев:ый,ая,ое,ую",
  }),
  places: phrases({
    "at the mill": "на мельнице",
    "in the harbour": "в гавани",
    "in the tower": "в башне",
    "in the garden": "в саду",
    "by the lake": "у озера",
    "at the station": "на станции",
    "in the barn": "в сарае",
    "in the castle": "в замке",
    "under the bridge": "под мостом",
  }),
  months: nouns({
    January: ["m", "январ:ь,я,ю,ь,ём,е"],
    February: ["m", "феврал:ь,я,ю,ь,ём,е"],
    March: ["m", "март:-,а,у,-,ом,е"],
    April: ["m", "апрел:ь,я,ю,ь,ем,е"],
    May: ["m", "ма:й,я,ю,й,ем,е"],
    June: ["m", "июн:ь,я,ю,ь,ем,е"],
    August: ["m", "август:-,а,у,-,ом,е"],
    October: ["m", "октябр:ь,я,ю,ь,ём,е"],
  }),
  professions: nouns({
    baker: ["m", "пекар:ь,я,ю,я,ем,е"],
    doctor: ["m", "врач:-,а,у,а,ом,е"],
    teacher: ["m", "учител:ь,я,ю,я,ем,е"],
    gardener: ["m", "садовник:-,а,у,а,ом,е"],
    carpenter: ["m", "плотник:-,а,у,а,ом,е"],
    painter: ["m", "художник:-,а,у,а,ом,е"],
    tailor: ["m", "портн:ой,ого,ому,ого,ым,ом"],
    engineer: ["m", "инженер:-,а,у,а,ом,е"],
  }),
  coins: amounts([2, 3, 4, 5, 7, 9, 10, 21], "coin", {
    gender: "f",
    one: "монета",
    oneAccusative: "монету",
    few: "монеты",
    many: "монет",
  }),
} as const satisfies Record<string, readonly Value[]>;

export type ValueSet = keyof typeof valueSets;
