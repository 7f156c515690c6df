/**
 * Sentences about other matters: weather, markets, journeys. They use the words of the world and
 * state none of its facts. Each pattern is written in both languages, so that a drawn sentence has its translation.
 */
import type { Random } from "../../../src/random.js";
import { countEnglish } from "./english.js";
import { type Counted, count, declension, type Gender } from "./russian.js";
import { capitalise, type Language } from "./template.js";
import { type Category, thingsOf } from "./things.js";

export type Sentence = Readonly<Record<Language, string>>;

/** English phrase and its Russian counterpart. */
type Pair = readonly [en: string, ru: string];

interface Person {
  en: string;
  ru: ReturnType<typeof declension>;
  gender: Gender;
}

const person = (en: string, gender: Gender, written: string): Person => ({ en, gender, ru: declension(written) });

const people: readonly Person[] = [
  person("the fisherman", "m", "рыбак:-,а,у,а,ом,е"),
  person("the merchant", "m", "куп:ец,ца,цу,ца,цом,це"),
  person("the shepherd", "m", "пастух:-,а,у,а,ом,е"),
  person("the old woman", "f", "старушк:а,и,е,у,ой,е"),
  person("the girl", "f", "девочк:а,и,е,у,ой,е"),
  person("the boy", "m", "мальчик:-,а,у,а,ом,е"),
  person("the soldier", "m", "солдат:-,а,у,а,ом,е"),
  person("the queen", "f", "королев:а,ы,е,у,ой,е"),
  person("the postman", "m", "почтальон:-,а,у,а,ом,е"),
  person("the neighbour", "f", "соседк:а,и,е,у,ой,е"),
  person("the traveller", "m", "путник:-,а,у,а,ом,е"),
  person("the grandmother", "f", "бабушк:а,и,е,у,ой,е"),
];

interface Goods extends Counted {
  english: [string, string];
}

const goods: readonly Goods[] = [
  {
    english: ["sack of flour", "sacks of flour"],
    gender: "m",
    one: "мешок муки",
    few: "мешка муки",
    many: "мешков муки",
  },
  {
    english: ["basket of apples", "baskets of apples"],
    gender: "f",
    one: "корзина яблок",
    oneAccusative: "корзину яблок",
    few: "корзины яблок",
    many: "корзин яблок",
  },
  {
    english: ["barrel of honey", "barrels of honey"],
    gender: "f",
    one: "бочка мёда",
    oneAccusative: "бочку мёда",
    few: "бочки мёда",
    many: "бочек мёда",
  },
  {
    english: ["jug of milk", "jugs of milk"],
    gender: "m",
    one: "кувшин молока",
    few: "кувшина молока",
    many: "кувшинов молока",
  },
  {
    english: ["box of nails", "boxes of nails"],
    gender: "m",
    one: "ящик гвоздей",
    few: "ящика гвоздей",
    many: "ящиков гвоздей",
  },
  { english: ["candle", "candles"], gender: "f", one: "свеча", oneAccusative: "свечу", few: "свечи", many: "свечей" },
  { english: ["letter", "letters"], gender: "n", one: "письмо", few: "письма", many: "писем" },
  { english: ["book", "books"], gender: "f", one: "книга", oneAccusative: "книгу", few: "книги", many: "книг" },
];

const hours: Counted = { gender: "m", one: "час", few: "часа", many: "часов" };
const days: Counted = { gender: "m", one: "день", few: "дня", many: "дней" };

const weekdays: readonly Pair[] = [
  ["on Monday", "в понедельник"],
  ["on Tuesday", "во вторник"],
  ["on Wednesday", "в среду"],
  ["on Thursday", "в четверг"],
  ["on Friday", "в пятницу"],
  ["on Saturday", "в субботу"],
  ["on Sunday", "в воскресенье"],
];
const months: readonly Pair[] = [
  ["in January", "в январе"],
  ["in February", "в феврале"],
  ["in March", "в марте"],
  ["in April", "в апреле"],
  ["in May", "в мае"],
  ["in June", "в июне"],
  ["in August", "в августе"],
  ["in October", "в октябре"],
];
const partsOfDay: readonly Pair[] = [
  ["in the morning", "утром"],
  ["at noon", "в полдень"],
  ["in the evening", "вечером"],
  ["at night", "ночью"],
  ["at dawn", "на рассвете"],
  ["at midnight", "в полночь"],
];
const ways: readonly Pair[] = [
  ["through the forest", "через лес"],
  ["across the field", "через поле"],
  ["across the river", "через реку"],
  ["over the hill", "через холм"],
  ["through the swamp", "через болото"],
  ["through the desert", "через пустыню"],
];
const goals: readonly Pair[] = [
  ["to the sea", "к морю"],
  ["to the village", "к деревне"],
  ["to the shore", "к берегу"],
  ["to the well", "к колодцу"],
  ["to the old house", "к старому дому"],
  ["to the mountain", "к горе"],
];
const spots: readonly Pair[] = [
  ["on the road", "на дороге"],
  ["in the forest", "в лесу"],
  ["on the shore", "на берегу"],
  ["in the field", "в поле"],
  ["on the hill", "на холме"],
  ["near the well", "возле колодца"],
];
const weathers: readonly Pair[] = [
  ["it rained", "шёл дождь"],
  ["it snowed", "шёл снег"],
  ["the wind blew", "дул ветер"],
  ["the sun shone", "светило солнце"],
  ["there was fog", "стоял туман"],
  ["it thundered", "гремел гром"],
];
const lasting: readonly Pair[] = [
  ["all day", "весь день"],
  ["all night", "всю ночь"],
  ["until the evening", "до вечера"],
  ["until the morning", "до утра"],
  ["all week", "всю неделю"],
];
const coming: readonly Pair[] = [
  ["rain", "дождь"],
  ["snow", "снег"],
  ["wind", "ветер"],
  ["fog", "туман"],
  ["frost", "мороз"],
];
const numbers = [2, 3, 4, 5, 6, 7, 8, 9, 10];
const movable: readonly Category[] = ["tool", "garment", "instrument"];

const pick = <A>(random: Random, list: readonly A[]): A => list[random.below(list.length)]!;
const past = (who: Person, stem: string, endings = "|а|о"): string =>
  stem + (endings.split("|")[["m", "f", "n"].indexOf(who.gender)] ?? "");

/** Two different ones. */
function two<A>(random: Random, list: readonly A[]): [A, A] {
  const first = random.below(list.length);
  const second = (first + 1 + random.below(list.length - 1)) % list.length;
  return [list[first]!, list[second]!];
}
const couple = (random: Random): [Person, Person] => two(random, people);

const bought = (random: Random): Pair => {
  const n = pick(random, numbers);
  const what = pick(random, goods);
  return [countEnglish(n, ...what.english), count(n, what, "acc")];
};
const lasted = (random: Random): Pair => {
  const n = pick(random, numbers);
  return random.below(2) === 0 ? [countEnglish(n, "hour"), count(n, hours)] : [countEnglish(n, "day"), count(n, days)];
};
const object = (random: Random): Pair => {
  const thing = pick(random, thingsOf(pick(random, movable)));
  return [thing.en, thing.ru.acc!];
};

type Pattern = (random: Random) => Pair;

const patterns: readonly Pattern[] = [
  (r) => {
    const [when, what, long] = [pick(r, weekdays), pick(r, weathers), pick(r, lasting)];
    return [`${when[0]} ${what[0]} ${long[0]}.`, `${when[1]} ${long[1]} ${what[1]}.`];
  },
  (r) => {
    const [when, where, what] = [pick(r, months), pick(r, spots), pick(r, weathers)];
    return [`${when[0]} ${what[0]} ${where[0]}.`, `${when[1]} ${where[1]} ${what[1]}.`];
  },
  (r) => {
    const [first, second] = two(r, weathers);
    const [a, b] = two(r, weekdays);
    return [`${a[0]} ${first[0]}, and ${b[0]} ${second[0]}.`, `${a[1]} ${first[1]}, а ${b[1]} ${second[1]}.`];
  },
  (r) => {
    const [who, what, when] = [pick(r, people), pick(r, coming), pick(r, partsOfDay)];
    return [
      `${who.en} says that there will be ${what[0]} ${when[0]}.`,
      `${who.ru.nom} говорит, что ${when[1]} будет ${what[1]}.`,
    ];
  },
  (r) => {
    const [who, what, when] = [pick(r, people), bought(r), pick(r, weekdays)];
    return [`${when[0]} ${who.en} bought ${what[0]}.`, `${when[1]} ${who.ru.nom} ${past(who, "купил")} ${what[1]}.`];
  },
  (r) => {
    const [who, other] = couple(r);
    const what = bought(r);
    return [
      `${who.en} sold ${what[0]} to ${other.en}.`,
      `${who.ru.nom} ${past(who, "продал")} ${other.ru.dat} ${what[1]}.`,
    ];
  },
  (r) => {
    const [who, other] = couple(r);
    const [what, when] = [bought(r), pick(r, partsOfDay)];
    return [
      `${when[0]} ${who.en} gave ${other.en} ${what[0]}.`,
      `${when[1]} ${who.ru.nom} ${past(who, "дал")} ${other.ru.dat} ${what[1]}.`,
    ];
  },
  (r) => {
    const [who, what, where] = [pick(r, people), bought(r), pick(r, spots)];
    return [`${who.en} left ${what[0]} ${where[0]}.`, `${who.ru.nom} ${past(who, "оставил")} ${what[1]} ${where[1]}.`];
  },
  (r) => {
    const [who, way, goal] = [pick(r, people), pick(r, ways), pick(r, goals)];
    return [
      `${who.en} went ${way[0]} ${goal[0]}.`,
      `${who.ru.nom} ${past(who, "ш", "ёл|ла|ло")} ${way[1]} ${goal[1]}.`,
    ];
  },
  (r) => {
    const [who, way, long] = [pick(r, people), pick(r, ways), lasted(r)];
    return [
      `the way ${way[0]} took ${who.en} ${long[0]}.`,
      `${who.ru.nom} ${past(who, "ш", "ёл|ла|ло")} ${way[1]} ${long[1]}.`,
    ];
  },
  (r) => {
    const [who, other] = couple(r);
    const where = pick(r, spots);
    return [
      `${who.en} met ${other.en} ${where[0]}.`,
      `${who.ru.nom} ${past(who, "встретил")} ${other.ru.acc} ${where[1]}.`,
    ];
  },
  (r) => {
    const [who, other] = couple(r);
    const [when, goal] = [pick(r, partsOfDay), pick(r, goals)];
    return [
      `${when[0]} ${who.en} and ${other.en} went ${goal[0]}.`,
      `${when[1]} ${who.ru.nom} и ${other.ru.nom} пошли ${goal[1]}.`,
    ];
  },
  (r) => {
    const [who, what, where] = [pick(r, people), object(r), pick(r, spots)];
    return [
      `${who.en} found ${what[0]} ${where[0]}.`,
      `${who.ru.nom} ${past(who, "наш", "ёл|ла|ло")} ${what[1]} ${where[1]}.`,
    ];
  },
  (r) => {
    const [who, other] = couple(r);
    const what = object(r);
    return [
      `${who.en} asked ${other.en} to bring ${what[0]}.`,
      `${who.ru.nom} ${past(who, "попросил")} ${other.ru.acc} принести ${what[1]}.`,
    ];
  },
  (r) => {
    const [who, what, when] = [pick(r, people), object(r), pick(r, weekdays)];
    return [`${when[0]} ${who.en} lost ${what[0]}.`, `${when[1]} ${who.ru.nom} ${past(who, "потерял")} ${what[1]}.`];
  },
  (r) => {
    const [who, first, second] = [pick(r, people), bought(r), bought(r)];
    return [
      `${who.en} counted ${first[0]} and ${second[0]}.`,
      `${who.ru.nom} ${past(who, "насчитал")} ${first[1]} и ${second[1]}.`,
    ];
  },
  (r) => {
    const [who, other] = couple(r);
    const long = lasted(r);
    return [
      `${who.en} waited ${long[0]} for ${other.en}.`,
      `${who.ru.nom} ${past(who, "ждал")} ${other.ru.acc} ${long[1]}.`,
    ];
  },
  (r) => {
    const [who, other] = couple(r);
    const when = pick(r, weekdays);
    return [
      `${when[0]} ${who.en} talked with ${other.en}.`,
      `${when[1]} ${who.ru.nom} ${past(who, "говорил")} с ${other.ru.ins}.`,
    ];
  },
  (r) => {
    const [who, way, when] = [pick(r, people), pick(r, ways), pick(r, months)];
    return [`${when[0]} ${who.en} rode ${way[0]}.`, `${when[1]} ${who.ru.nom} ${past(who, "ехал")} ${way[1]}.`];
  },
  (r) => {
    const [who, where, long] = [pick(r, people), pick(r, spots), pick(r, lasting)];
    return [`${who.en} slept ${where[0]} ${long[0]}.`, `${who.ru.nom} ${long[1]} ${past(who, "спал")} ${where[1]}.`];
  },
  (r) => {
    const [who, what, goal] = [pick(r, people), bought(r), pick(r, goals)];
    return [
      `${who.en} took ${what[0]} ${goal[0]}.`,
      `${who.ru.nom} ${past(who, "прин", "ёс|есла|есло")} ${goal[1]} ${what[1]}.`,
    ];
  },
  (r) => {
    const [who, other] = couple(r);
    const what = pick(r, weathers);
    return [
      `while ${what[0]}, ${who.en} told ${other.en} a story.`,
      `пока ${what[1]}, ${who.ru.nom} ${past(who, "рассказывал")} ${other.ru.dat} сказку.`,
    ];
  },
];

export const sideTalkPatterns = patterns.length;

/** A sentence of side talk in both languages. */
export function sideTalk(random: Random): Sentence {
  const [en, ru] = pick(random, patterns)(random);
  return { en: capitalise(en), ru: capitalise(ru) };
}
