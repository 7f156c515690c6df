/**
 * What is told of every thing: an exhibition shows a drawing of each, with its colour, its place, who drew and who owns
 * it, when it was drawn, and its price. All things share the six attributes: with an attribute for each
 * kind of thing, a small model met too few questions of a kind to learn what they ask for. The mini-language of the
 * patterns is that of template.ts.
 */
import type { Attribute } from "./attribute.js";
import { categories } from "./things.js";

export const attributes: readonly Attribute[] = [
  {
    id: "colour",
    categories,
    values: "colours",
    answer: { en: "{V}", ru: "{V.m}" },
    statements: {
      en: [
        "In the drawing {T} is {V}.",
        "The drawing shows that {T} is {V}.",
        "Everyone sees that {T} is {V}.",
        "{T} was drawn in {V} ink.",
        "The colour of {T} is {V}.",
        "The colour chosen for {T} is {V}.",
      ],
      ru: [
        "На рисунке {T} {V.T}.",
        "По рисунку видно, что {T} {V.T}.",
        "Все видят, что {T} {V.T}.",
        "Для {T.gen} взяли {V.m} цвет.",
        "Цвет {T.gen} {V.m}.",
        "Для {T.gen} выбран {V.m} цвет.",
      ],
    },
    questions: {
      en: ["What colour is {T}?", "Which colour was chosen for {T}?"],
      ru: ["Какой цвет у {T.gen}?", "Какой цвет выбран для {T.gen}?"],
    },
    quiz: {
      en: ["What is the colour of {T}?", "Tell me which colour {T} has."],
      ru: ["Какого цвета {T}?", "Скажи, какой цвет взяли для {T.gen}."],
    },
  },
  {
    id: "place",
    categories,
    values: "places",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: [
        "The drawing of {T} hangs {V}.",
        "{T} can be seen {V}.",
        "They keep the drawing of {T} {V}.",
        "Visitors look at {T} {V}.",
        "{V} hangs the drawing of {T}.",
        "The place for {T} is {V}.",
      ],
      ru: [
        "Рисунок {T.gen} висит {V}.",
        "{T.acc} можно увидеть {V}.",
        "Рисунок {T.gen} хранят {V}.",
        "Гости смотрят на {T.acc} {V}.",
        "{V} висит рисунок {T.gen}.",
        "Место для {T.gen} нашли {V}.",
      ],
    },
    questions: {
      en: ["Where does the drawing of {T} hang?", "Where can one see {T}?"],
      ru: ["Где висит рисунок {T.gen}?", "Где можно увидеть {T.acc}?"],
    },
    quiz: {
      en: ["In which place is the drawing of {T} kept?", "Tell me where {T} is shown."],
      ru: ["В каком месте висит рисунок {T.gen}?", "Скажи, где показывают {T.acc}."],
    },
  },
  {
    id: "artist",
    categories,
    values: "professions",
    answer: { en: "the {V}", ru: "{V}" },
    statements: {
      en: [
        "The {V} drew {T}.",
        "{T} was drawn by the {V}.",
        "It was the {V} who drew {T}.",
        "The drawing of {T} was made by the {V}.",
        "The {V} signed the drawing of {T}.",
        "The hand that drew {T} was that of the {V}.",
      ],
      ru: [
        "{V} нарисовал {T.acc}.",
        "{T} нарисован[|а|о] {V.ins}.",
        "{T.acc} нарисовал {V}.",
        "Рисунок {T.gen} сделан {V.ins}.",
        "{V} подписал рисунок {T.gen}.",
        "Автор рисунка {T.gen} — {V}.",
      ],
    },
    questions: {
      en: ["Who drew {T}?", "By whom was the drawing of {T} made?"],
      ru: ["Кто нарисовал {T.acc}?", "Кто автор рисунка {T.gen}?"],
    },
    quiz: {
      en: ["Which of them drew {T}?", "Tell me who made the drawing of {T}."],
      ru: ["Кто сделал рисунок {T.gen}?", "Скажи, кто рисовал {T.acc}."],
    },
  },
  {
    id: "month",
    categories,
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: [
        "{T} was drawn in {V}.",
        "In {V} they drew {T}.",
        "The drawing of {T} was finished in {V}.",
        "The drawing of {T} dates from {V}.",
        "Work on the drawing of {T} was done in {V}.",
        "They drew {T} in {V}.",
      ],
      ru: [
        "{T} нарисован[|а|о] в {V.pre}.",
        "В {V.pre} нарисовали {T.acc}.",
        "Рисунок {T.gen} закончили в {V.pre}.",
        "Рисунок {T.gen} сделан в {V.pre}.",
        "Работа над рисунком {T.gen} шла в {V.pre}.",
        "{T.acc} нарисовали в {V.pre}.",
      ],
    },
    questions: {
      en: ["When was {T} drawn?", "In which month was the drawing of {T} finished?"],
      ru: ["Когда нарисовали {T.acc}?", "В каком месяце закончили рисунок {T.gen}?"],
    },
    quiz: {
      en: ["In what month did they draw {T}?", "Tell me when the drawing of {T} was made."],
      ru: ["В каком месяце нарисовали {T.acc}?", "Скажи, когда сделан рисунок {T.gen}."],
    },
  },
  {
    id: "price",
    categories,
    values: "coins",
    answer: { en: "{V}", ru: "{V.acc}" },
    statements: {
      en: [
        "The drawing of {T} costs {V}.",
        "They ask {V} for the drawing of {T}.",
        "The price of {T} is {V}.",
        "A buyer will pay {V} for the drawing of {T}.",
        "For {V} one gets the drawing of {T}.",
        "The drawing of {T} will go for {V}.",
      ],
      ru: [
        "Рисунок {T.gen} стоит {V.acc}.",
        "За рисунок {T.gen} просят {V.acc}.",
        "Цена рисунка {T.gen} — {V}.",
        "Покупатель отдаст за рисунок {T.gen} {V.acc}.",
        "За {V.acc} можно получить рисунок {T.gen}.",
        "Рисунок {T.gen} уйдёт за {V.acc}.",
      ],
    },
    questions: {
      en: ["How much does the drawing of {T} cost?", "What do they ask for the drawing of {T}?"],
      ru: ["Сколько стоит рисунок {T.gen}?", "Сколько просят за рисунок {T.gen}?"],
    },
    quiz: {
      en: ["For how much can one buy the drawing of {T}?", "Tell me what the drawing of {T} costs."],
      ru: ["За сколько можно купить рисунок {T.gen}?", "Скажи, сколько отдадут за рисунок {T.gen}."],
    },
  },
  {
    id: "owner",
    categories,
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: [
        "{V} owns the drawing of {T}.",
        "The drawing of {T} belongs to {V}.",
        "{V} bought the drawing of {T}.",
        "The owner of the drawing of {T} is {V}.",
        "It is {V} who has the drawing of {T}.",
        "The drawing of {T} went to {V}.",
      ],
      ru: [
        "{V} владеет рисунком {T.gen}.",
        "Рисунок {T.gen} принадлежит {V.dat}.",
        "{V} купил<|а|о> рисунок {T.gen}.",
        "Рисунком {T.gen} владеет {V}.",
        "Рисунок {T.gen} есть у {V.gen}.",
        "Рисунок {T.gen} достался {V.dat}.",
      ],
    },
    questions: {
      en: ["Who owns the drawing of {T}?", "Who bought the drawing of {T}?"],
      ru: ["Кто владеет рисунком {T.gen}?", "Кто купил рисунок {T.gen}?"],
    },
    quiz: {
      en: ["Who is the owner of the drawing of {T}?", "Tell me who has the drawing of {T}."],
      ru: ["Кто хозяин рисунка {T.gen}?", "Скажи, кто взял рисунок {T.gen}."],
    },
  },
];
