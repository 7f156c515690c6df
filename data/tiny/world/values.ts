/** The sets that attributes take their values from; each value in both languages, in the forms that the patterns ask for. */
import { countEnglish } from "./english.js";
import { adjective, type Counted, count, declension, type Gender } from "./russian.js";
import type { Filler } from "./template.js";
import { type Category, thingsOf } from "./things.js";

export type Value = Filler;

/** Words that never change: phrases of place and time, infinitives. */
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

/** Genitives without a preposition: what something is made of. */
const substances = (pairs: Record<string, string>): Value[] =>
  Object.entries(pairs).map(([en, gen]) => ({ en, ru: { gen }, gender: "n" }));

const kinds = (category: Category): Value[] => thingsOf(category);

export const valueSets = {
  people: kinds("person"),
  towns: kinds("town"),
  birds: kinds("bird"),
  instruments: kinds("instrument"),
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
  tastes: adjectives({
    sweet: "сладк:ий,ая,ое,ую",
    sour: "кисл:ый,ая,ое,ую",
    salty: "солён:ый,ая,ое,ую",
    bitter: "горьк:ий,ая,ое,ую",
    spicy: "остр:ый,ая,ое,ую",
    tender: "нежн:ый,ая,ое,ую",
    bland: "пресн:ый,ая,ое,ую",
    rich: "жирн:ый,ая,ое,ую",
  }),
  sounds: adjectives({
    loud: "громк:ий,ая,ое,ую",
    soft: "мягк:ий,ая,ое,ую",
    low: "низк:ий,ая,ое,ую",
    high: "высок:ий,ая,ое,ую",
    clear: "чист:ый,ая,ое,ую",
    sad: "грустн:ый,ая,ое,ую",
    merry: "весёл:ый,ая,ое,ую",
    hollow: "глух:ой,ая,ое,ую",
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
  rooms: phrases({
    "in the kitchen": "на кухне",
    "in the hall": "в зале",
    "in the bedroom": "в спальне",
    "on the balcony": "на балконе",
    "in the attic": "на чердаке",
    "in the cellar": "в подвале",
    "in the corridor": "в коридоре",
    "in the study": "в кабинете",
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
  weekdays: phrases({
    "on Monday": "в понедельник",
    "on Tuesday": "во вторник",
    "on Wednesday": "в среду",
    "on Thursday": "в четверг",
    "on Friday": "в пятницу",
    "on Saturday": "в субботу",
    "on Sunday": "в воскресенье",
  }),
  times: phrases({
    "early in the morning": "рано утром",
    "at dawn": "на рассвете",
    "at noon": "в полдень",
    "after lunch": "после обеда",
    "at sunset": "на закате",
    "in the evening": "вечером",
    "at night": "ночью",
    "at midnight": "в полночь",
  }),
  weathers: nouns({
    rain: ["m", "дожд:ь,я,ю,ь,ём,е"],
    snow: ["m", "снег:-,а,у,-,ом,е"],
    wind: ["m", "вет:ер,ра,ру,ер,ром,ре"],
    fog: ["m", "туман:-,а,у,-,ом,е"],
    frost: ["m", "мороз:-,а,у,-,ом,е"],
    heat: ["f", "жар:а,ы,е,у,ой,е"],
    thunder: ["m", "гром:-,а,у,-,ом,е"],
    sunshine: ["n", "солнц:е,а,у,е,ем,е"],
  }),
  foods: phrases({
    fish: "рыбу",
    berries: "ягоды",
    mushrooms: "грибы",
    nuts: "орехи",
    grass: "траву",
    honey: "мёд",
    seeds: "семена",
    apples: "яблоки",
  }),
  drinks: nouns({
    tea: ["m", "ча:й,я,ю,й,ем,е"],
    milk: ["n", "молок:о,а,у,о,ом,е"],
    water: ["f", "вод:а,ы,е,у,ой,е"],
    juice: ["m", "сок:-,а,у,-,ом,е"],
    coffee: ["m", "кофе:-,-,-,-,-,-"],
    cocoa: ["n", "какао:-,-,-,-,-,-"],
    lemonade: ["m", "лимонад:-,а,у,-,ом,е"],
    kvass: ["m", "квас:-,а,у,-,ом,е"],
  }),
  cargoes: nouns({
    salt: ["f", "сол:ь,и,и,ь,ью,и"],
    flour: ["f", "мук:а,и,е,у,ой,е"],
    coal: ["m", "уг:оль,ля,лю,оль,лём,ле"],
    wool: ["f", "шерст:ь,и,и,ь,ью,и"],
    sand: ["m", "пес:ок,ка,ку,ок,ком,ке"],
    grain: ["n", "зерн:о,а,у,о,ом,е"],
    paper: ["f", "бумаг:а,и,е,у,ой,е"],
    hay: ["n", "сен:о,а,у,о,ом,е"],
  }),
  products: nouns({
    cheese: ["m", "сыр:-,а,у,-,ом,е"],
    bread: ["m", "хлеб:-,а,у,-,ом,е"],
    cloth: ["n", "сукн:о,а,у,о,ом,е"],
    lace: ["n", "кружев:о,а,у,о,ом,е"],
    pottery: ["f", "посуд:а,ы,е,у,ой,е"],
    soap: ["n", "мыл:о,а,у,о,ом,е"],
    wine: ["n", "вин:о,а,у,о,ом,е"],
    butter: ["n", "масл:о,а,у,о,ом,е"],
  }),
  symbols: nouns({
    star: ["f", "звезд:а,ы,е,у,ой,е"],
    key: ["m", "ключ:-,а,у,-,ом,е"],
    crown: ["f", "корон:а,ы,е,у,ой,е"],
    lion: ["m", "л:ев,ьва,ьву,ьва,ьвом,ьве"],
    rose: ["f", "роз:а,ы,е,у,ой,е"],
    anchor: ["m", "якор:ь,я,ю,ь,ем,е"],
    sword: ["m", "меч:-,а,у,-,ом,е"],
    wheel: ["n", "колес:о,а,у,о,ом,е"],
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
  pastimes: phrases({
    sing: "петь",
    dance: "танцевать",
    swim: "плавать",
    read: "читать",
    draw: "рисовать",
    knit: "вязать",
    ski: "кататься на лыжах",
    "catch fish": "ловить рыбу",
  }),
  materials: substances({
    wood: "дерева",
    iron: "железа",
    copper: "меди",
    glass: "стекла",
    bone: "кости",
    clay: "глины",
    silver: "серебра",
    plastic: "пластмассы",
  }),
  stones: substances({
    stone: "камня",
    brick: "кирпича",
    marble: "мрамора",
    granite: "гранита",
    concrete: "бетона",
    timber: "брёвен",
    clay: "глины",
    steel: "стали",
  }),
  fabrics: substances({
    wool: "шерсти",
    silk: "шёлка",
    cotton: "хлопка",
    leather: "кожи",
    velvet: "бархата",
    fur: "меха",
    felt: "войлока",
    satin: "атласа",
  }),
  ingredients: substances({
    cabbage: "капусты",
    potatoes: "картофеля",
    mushrooms: "грибов",
    fish: "рыбы",
    apples: "яблок",
    carrots: "моркови",
    pumpkin: "тыквы",
    nuts: "орехов",
  }),
  coins: amounts([2, 3, 4, 5, 7, 9, 10, 21], "coin", {
    gender: "f",
    one: "монета",
    oneAccusative: "монету",
    few: "монеты",
    many: "монет",
  }),
  years: amounts([2, 3, 4, 6, 8, 10, 12, 21], "year", { gender: "m", one: "год", few: "года", many: "лет" }),
  metres: amounts([3, 4, 5, 6, 7, 9, 12, 21], ["metre", "metres"], {
    gender: "m",
    one: "метр",
    few: "метра",
    many: "метров",
  }),
  kilograms: amounts([1, 2, 3, 4, 5, 6, 8, 10], "kilogram", {
    gender: "m",
    one: "килограмм",
    few: "килограмма",
    many: "килограммов",
  }),
  cubs: amounts([2, 3, 4, 5, 6, 7, 8], "cub", { gender: "m", one: "детёныш", few: "детёныша", many: "детёнышей" }),
  eggs: amounts([2, 3, 4, 5, 6, 7, 9], "egg", { gender: "n", one: "яйцо", few: "яйца", many: "яиц" }),
  cabins: amounts([2, 3, 4, 5, 6, 8, 10], "cabin", {
    gender: "f",
    one: "каюта",
    oneAccusative: "каюту",
    few: "каюты",
    many: "кают",
  }),
  bridges: amounts([2, 3, 4, 5, 6, 7, 8], "bridge", { gender: "m", one: "мост", few: "моста", many: "мостов" }),
  buttons: amounts([2, 3, 4, 5, 6, 8, 10], "button", {
    gender: "f",
    one: "пуговица",
    few: "пуговицы",
    many: "пуговиц",
  }),
  seats: amounts([2, 3, 4, 5, 6, 8, 12], "seat", { gender: "n", one: "место", few: "места", many: "мест" }),
} as const satisfies Record<string, readonly Value[]>;

export type ValueSet = keyof typeof valueSets;
