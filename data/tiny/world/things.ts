/** The hundred-odd things of the world, in twelve categories, each once in English and once in Russian. */
import { declension, type Gender } from "./russian.js";
import type { Filler } from "./template.js";

export interface Thing extends Filler {
  /** English words without an article; unique. */
  id: string;
  category: Category;
}

export const categories = [
  "person",
  "animal",
  "bird",
  "boat",
  "instrument",
  "town",
  "tree",
  "dish",
  "tool",
  "furniture",
  "garment",
  "vehicle",
] as const;
export type Category = (typeof categories)[number];

/** English name, gender, Russian declension. */
type Entry = readonly [string, Gender, string];

const entries: Readonly<Record<Category, readonly Entry[]>> = {
  person: [
    ["Anna", "f", "Анн:а,ы,е,у,ой,е"],
    ["Boris", "m", "Борис:-,а,у,а,ом,е"],
    ["Clara", "f", "Клар:а,ы,е,у,ой,е"],
    ["Denis", "m", "Денис:-,а,у,а,ом,е"],
    ["Helen", "f", "Елен:а,ы,е,у,ой,е"],
    ["Felix", "m", "Феликс:-,а,у,а,ом,е"],
    ["Galina", "f", "Галин:а,ы,е,у,ой,е"],
    ["Igor", "m", "Игор:ь,я,ю,я,ем,е"],
    ["Martha", "f", "Март:а,ы,е,у,ой,е"],
    ["Paul", "m", "Пав:ел,ла,лу,ла,лом,ле"],
  ],
  animal: [
    ["fox", "f", "лис:а,ы,е,у,ой,е"],
    ["bear", "m", "медвед:ь,я,ю,я,ем,е"],
    ["hare", "m", "за:яц,йца,йцу,йца,йцем,йце"],
    ["wolf", "m", "волк:-,а,у,а,ом,е"],
    ["hedgehog", "m", ":ёж,ежа,ежу,ежа,ежом,еже"],
    ["squirrel", "f", "белк:а,и,е,у,ой,е"],
    ["deer", "m", "олен:ь,я,ю,я,ем,е"],
    ["badger", "m", "барсук:-,а,у,а,ом,е"],
    ["goat", "f", "коз:а,ы,е,у,ой,е"],
  ],
  bird: [
    ["owl", "f", "сов:а,ы,е,у,ой,е"],
    ["crow", "f", "ворон:а,ы,е,у,ой,е"],
    ["swan", "m", "лебед:ь,я,ю,я,ем,е"],
    ["stork", "m", "аист:-,а,у,а,ом,е"],
    ["sparrow", "m", "вороб:ей,ья,ью,ья,ьём,ье"],
    ["goose", "m", "гус:ь,я,ю,я,ем,е"],
    ["eagle", "m", "ор:ёл,ла,лу,ла,лом,ле"],
    ["heron", "f", "цапл:я,и,е,ю,ей,е"],
  ],
  boat: [
    ["ferry", "m", "паром:-,а,у,-,ом,е"],
    ["raft", "m", "плот:-,а,у,-,ом,е"],
    ["barge", "f", "барж:а,и,е,у,ей,е"],
    ["yacht", "f", "яхт:а,ы,е,у,ой,е"],
    ["tugboat", "m", "буксир:-,а,у,-,ом,е"],
    ["schooner", "f", "шхун:а,ы,е,у,ой,е"],
    ["steamer", "m", "пароход:-,а,у,-,ом,е"],
    ["dinghy", "f", "шлюпк:а,и,е,у,ой,е"],
    ["frigate", "m", "фрегат:-,а,у,-,ом,е"],
  ],
  instrument: [
    ["violin", "f", "скрипк:а,и,е,у,ой,е"],
    ["flute", "f", "флейт:а,ы,е,у,ой,е"],
    ["drum", "m", "барабан:-,а,у,-,ом,е"],
    ["guitar", "f", "гитар:а,ы,е,у,ой,е"],
    ["harp", "f", "арф:а,ы,е,у,ой,е"],
    ["trumpet", "f", "труб:а,ы,е,у,ой,е"],
    ["accordion", "m", "аккордеон:-,а,у,-,ом,е"],
    ["cello", "f", "виолончел:ь,и,и,ь,ью,и"],
    ["organ", "m", "орган:-,а,у,-,ом,е"],
  ],
  town: [
    ["Riverside", "n", "Заречь:е,я,ю,е,ем,е"],
    ["Oakville", "f", "Дубрав:а,ы,е,у,ой,е"],
    ["Stonebridge", "m", "Каменск:-,а,у,-,ом,е"],
    ["Whitefield", "n", "Белополь:е,я,ю,е,ем,е"],
    ["Northport", "m", "Северск:-,а,у,-,ом,е"],
    ["Greenhill", "m", "Зеленогорск:-,а,у,-,ом,е"],
    ["Lakeside", "n", "Приозёрь:е,я,ю,е,ем,е"],
    ["Pinewood", "f", "Сосновк:а,и,е,у,ой,е"],
    ["Newcastle", "m", "Новгород:-,а,у,-,ом,е"],
  ],
  tree: [
    ["oak", "m", "дуб:-,а,у,-,ом,е"],
    ["birch", "f", "берёз:а,ы,е,у,ой,е"],
    ["maple", "m", "клён:-,а,у,-,ом,е"],
    ["willow", "f", "ив:а,ы,е,у,ой,е"],
    ["linden", "f", "лип:а,ы,е,у,ой,е"],
    ["ash", "m", "ясен:ь,я,ю,ь,ем,е"],
    ["alder", "f", "ольх:а,и,е,у,ой,е"],
    ["rowan", "f", "рябин:а,ы,е,у,ой,е"],
  ],
  dish: [
    ["soup", "m", "суп:-,а,у,-,ом,е"],
    ["pie", "m", "пирог:-,а,у,-,ом,е"],
    ["porridge", "f", "каш:а,и,е,у,ей,е"],
    ["salad", "m", "салат:-,а,у,-,ом,е"],
    ["omelette", "m", "омлет:-,а,у,-,ом,е"],
    ["casserole", "f", "запеканк:а,и,е,у,ой,е"],
    ["jam", "n", "варень:е,я,ю,е,ем,е"],
    ["roast", "n", "жарк:ое,ого,ому,ое,им,ом"],
    ["pudding", "m", "пудинг:-,а,у,-,ом,е"],
  ],
  tool: [
    ["hammer", "m", "молот:ок,ка,ку,ок,ком,ке"],
    ["saw", "f", "пил:а,ы,е,у,ой,е"],
    ["axe", "m", "топор:-,а,у,-,ом,е"],
    ["shovel", "f", "лопат:а,ы,е,у,ой,е"],
    ["bucket", "n", "ведр:о,а,у,о,ом,е"],
    ["broom", "f", "метл:а,ы,е,у,ой,е"],
    ["lantern", "m", "фонар:ь,я,ю,ь,ём,е"],
    ["drill", "f", "дрел:ь,и,и,ь,ью,и"],
    ["knife", "m", "нож:-,а,у,-,ом,е"],
  ],
  furniture: [
    ["table", "m", "стол:-,а,у,-,ом,е"],
    ["chair", "m", "стул:-,а,у,-,ом,е"],
    ["chest", "m", "сундук:-,а,у,-,ом,е"],
    ["mirror", "n", "зеркал:о,а,у,о,ом,е"],
    ["bed", "f", "кроват:ь,и,и,ь,ью,и"],
    ["wardrobe", "m", "шкаф:-,а,у,-,ом,е"],
    ["armchair", "n", "кресл:о,а,у,о,ом,е"],
    ["bench", "f", "скам:ья,ьи,ье,ью,ьёй,ье"],
    ["sofa", "m", "диван:-,а,у,-,ом,е"],
  ],
  garment: [
    ["hat", "f", "шляп:а,ы,е,у,ой,е"],
    ["scarf", "m", "шарф:-,а,у,-,ом,е"],
    ["shirt", "f", "рубашк:а,и,е,у,ой,е"],
    ["cloak", "m", "плащ:-,а,у,-,ом,е"],
    ["dress", "n", "плать:е,я,ю,е,ем,е"],
    ["belt", "m", "пояс:-,а,у,-,ом,е"],
    ["sweater", "m", "свитер:-,а,у,-,ом,е"],
    ["jacket", "f", "куртк:а,и,е,у,ой,е"],
    ["skirt", "f", "юбк:а,и,е,у,ой,е"],
  ],
  vehicle: [
    ["train", "m", "поезд:-,а,у,-,ом,е"],
    ["bus", "m", "автобус:-,а,у,-,ом,е"],
    ["tram", "m", "трамва:й,я,ю,й,ем,е"],
    ["cart", "f", "телег:а,и,е,у,ой,е"],
    ["carriage", "f", "карет:а,ы,е,у,ой,е"],
    ["truck", "m", "грузовик:-,а,у,-,ом,е"],
    ["tractor", "m", "трактор:-,а,у,-,ом,е"],
    ["van", "m", "фургон:-,а,у,-,ом,е"],
    ["car", "f", "машин:а,ы,е,у,ой,е"],
  ],
};

const properNames: ReadonlySet<Category> = new Set(["person", "town"]);

/** All things, in the order of the table. English things carry their article, proper names have none. */
export const things: readonly Thing[] = categories.flatMap((category) =>
  entries[category].map(([id, gender, written]) => ({
    id,
    category,
    gender,
    en: properNames.has(category) ? id : `the ${id}`,
    ru: declension(written),
  })),
);

export function thingsOf(category: Category): Thing[] {
  return things.filter((thing) => thing.category === category);
}
