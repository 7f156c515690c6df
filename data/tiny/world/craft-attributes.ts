/** Attributes of boats, vehicles and towns. The mini-language of the patterns is that of template.ts. */
import type { Attribute } from "./attribute.js";

export const craftAttributes: readonly Attribute[] = [
  {
    id: "captain",
    categories: ["boat"],
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["The captain of {T} is {V}.", "{V} commands {T}.", "{V} gives the orders on {T}."],
      ru: ["Капитан {T.gen} — {V}.", "{V} командует {T.ins}.", "На {T.pre} приказы отдаёт {V}."],
    },
    questions: {
      en: ["Who is the captain of {T}?", "Who commands {T}?"],
      ru: ["Кто капитан {T.gen}?", "Кто командует {T.ins}?"],
    },
  },
  {
    id: "cargo",
    categories: ["boat", "vehicle"],
    values: "cargoes",
    answer: { en: "{V}", ru: "{V.acc}" },
    statements: {
      en: ["{T} carries {V}.", "They load {V} onto {T}.", "{T} is loaded with {V}."],
      ru: ["{T} везёт {V.acc}.", "На {T.acc} грузят {V.acc}.", "{T} нагружен[|а|о] {V.ins}."],
    },
    questions: {
      en: ["What does {T} carry?", "What do they load onto {T}?"],
      ru: ["Что везёт {T}?", "Что грузят на {T.acc}?"],
    },
  },
  {
    id: "departure",
    categories: ["boat", "vehicle"],
    values: "weekdays",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} departs {V}.", "{V} {T} sets off.", "The passengers wait for {T} {V}."],
      ru: ["{T} отправляется {V}.", "{V} {T} трогается в путь.", "Пассажиры ждут {T.acc} {V}."],
    },
    questions: {
      en: ["When does {T} depart?", "On which day do the passengers wait for {T}?"],
      ru: ["Когда отправляется {T}?", "В какой день пассажиры ждут {T.acc}?"],
    },
  },
  {
    id: "length",
    categories: ["boat"],
    values: "metres",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} is {V} long.", "The length of {T} is {V}.", "By the plan {T} is {V} long."],
      ru: ["Длина {T.gen} {V}.", "{T} имеет в длину {V}.", "По чертежу длина {T.gen} {V}."],
    },
    questions: {
      en: ["How long is {T}?", "What is the length of {T}?"],
      ru: ["Какая длина у {T.gen}?", "Сколько метров {T} имеет в длину?"],
    },
  },
  {
    id: "shipyard",
    categories: ["boat"],
    values: "towns",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} was built in {V}.", "In {V} the shipwrights built {T}.", "Long ago they built {T} in {V}."],
      ru: [
        "{T.acc} построили в {V.pre}.",
        "{T} построен[|а|о] в {V.pre}.",
        "Давным-давно {T.acc} построили в {V.pre}.",
      ],
    },
    questions: {
      en: ["Where was {T} built?", "In which town was {T} built?"],
      ru: ["Где построили {T.acc}?", "В каком городе построили {T.acc}?"],
    },
  },
  {
    id: "cabins",
    categories: ["boat"],
    values: "cabins",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} has {V}.", "There are {V} on {T}.", "The sailors counted {V} on {T}."],
      ru: ["На {T.pre} {V}.", "У {T.gen} {V}.", "Матросы насчитали на {T.pre} {V.acc}."],
    },
    questions: {
      en: ["How many cabins does {T} have?", "How many cabins are there on {T}?"],
      ru: ["Сколько кают на {T.pre}?", "Сколько кают у {T.gen}?"],
    },
  },
  {
    id: "driver",
    categories: ["vehicle"],
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{V} drives {T}.", "The driver of {T} is {V}.", "Nobody but {V} drives {T}."],
      ru: ["{V} водит {T.acc}.", "Водитель {T.gen} — {V}.", "{T.ins} управляет {V}."],
    },
    questions: {
      en: ["Who drives {T}?", "Who is the driver of {T}?"],
      ru: ["Кто водит {T.acc}?", "Кто водитель {T.gen}?"],
    },
  },
  {
    id: "destination",
    categories: ["vehicle"],
    values: "towns",
    answer: { en: "to {V}", ru: "в {V.acc}" },
    statements: {
      en: ["{T} goes to {V}.", "The road takes {T} to {V}.", "To {V} goes {T}."],
      ru: ["{T} едет в {V.acc}.", "В {V.acc} ходит {T}.", "Дорога ведёт {T.acc} в {V.acc}."],
    },
    questions: {
      en: ["Where does {T} go?", "To which town does {T} go?"],
      ru: ["Куда едет {T}?", "В какой город едет {T}?"],
    },
  },
  {
    id: "seats",
    categories: ["vehicle"],
    values: "seats",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} has {V}.", "There are {V} in {T}.", "It is written that {T} has {V}."],
      ru: ["У {T.gen} {V}.", "Всего у {T.gen} {V}.", "Написано, что у {T.gen} {V}."],
    },
    questions: {
      en: ["How many seats does {T} have?", "How many seats are there in {T}?"],
      ru: ["Сколько мест у {T.gen}?", "Сколько всего мест у {T.gen}?"],
    },
  },
  {
    id: "return",
    categories: ["vehicle"],
    values: "times",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} returns {V}.", "{V} {T} comes home.", "The noise of {T} is heard {V}."],
      ru: ["{T} возвращается {V}.", "{V} {T} приезжает домой.", "Шум {T.gen} слышен {V}."],
    },
    questions: {
      en: ["When does {T} return?", "When does {T} come home?"],
      ru: ["Когда возвращается {T}?", "Когда {T} приезжает домой?"],
    },
  },
  {
    id: "mayor",
    categories: ["town"],
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["The mayor of {T} is {V}.", "{V} governs {T}.", "The people of {T} chose {V} as mayor."],
      ru: ["Мэр {T.gen} — {V}.", "{V} управляет {T.ins}.", "Жители {T.gen} выбрали мэром {V.acc}."],
    },
    questions: {
      en: ["Who is the mayor of {T}?", "Who governs {T}?"],
      ru: ["Кто мэр {T.gen}?", "Кто управляет {T.ins}?"],
    },
  },
  {
    id: "product",
    categories: ["town"],
    values: "products",
    answer: { en: "{V}", ru: "{V.ins}" },
    statements: {
      en: ["{T} is famous for {V}.", "{T} is known for {V}.", "Everybody praises the {V} from {T}."],
      ru: ["{T} славится {V.ins}.", "{V.ins} знаменит[|а|о] {T}.", "Все хвалят {V.acc} из {T.gen}."],
    },
    questions: {
      en: ["What is {T} famous for?", "What is {T} known for?"],
      ru: ["Чем славится {T}?", "Чем знаменит[|а|о] {T}?"],
    },
  },
  {
    id: "symbol",
    categories: ["town"],
    values: "symbols",
    answer: { en: "{a V}", ru: "{V}" },
    statements: {
      en: [
        "On the coat of arms of {T} there is {a V}.",
        "The symbol of {T} is {a V}.",
        "{a V} adorns the gate of {T}.",
      ],
      ru: ["На гербе {T.gen} {V}.", "Символ {T.gen} — {V}.", "Ворота {T.gen} украшает {V}."],
    },
    questions: {
      en: ["What is on the coat of arms of {T}?", "What is the symbol of {T}?"],
      ru: ["Что на гербе {T.gen}?", "Что украшает ворота {T.gen}?"],
    },
  },
  {
    id: "market",
    categories: ["town"],
    values: "weekdays",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["The market in {T} is open {V}.", "{V} the market opens in {T}.", "The traders go to {T} {V}."],
      ru: ["Рынок в {T.pre} открыт {V}.", "{V} в {T.pre} открывается рынок.", "Торговцы едут в {T.acc} {V}."],
    },
    questions: {
      en: ["When is the market in {T} open?", "On which day do the traders go to {T}?"],
      ru: ["Когда открыт рынок в {T.pre}?", "В какой день торговцы едут в {T.acc}?"],
    },
  },
  {
    id: "festival",
    categories: ["town"],
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: [
        "The festival in {T} is in {V}.",
        "In {V} there is a festival in {T}.",
        "Guests come to the festival in {T} in {V}.",
      ],
      ru: [
        "Праздник в {T.pre} бывает в {V.pre}.",
        "В {V.pre} жители {T.gen} устраивают праздник.",
        "Гости едут на праздник в {T.acc} в {V.pre}.",
      ],
    },
    questions: {
      en: ["When is the festival in {T}?", "In which month is there a festival in {T}?"],
      ru: ["Когда бывает праздник в {T.pre}?", "В каком месяце жители {T.gen} устраивают праздник?"],
    },
  },
  {
    id: "bridges",
    categories: ["town"],
    values: "bridges",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} has {V}.", "There are {V} in {T}.", "On the map of {T} one can see {V}."],
      ru: ["В {T.pre} {V}.", "Всего в {T.pre} {V}.", "На плане {T.gen} видно {V}."],
    },
    questions: {
      en: ["How many bridges does {T} have?", "How many bridges are there in {T}?"],
      ru: ["Сколько мостов в {T.pre}?", "Сколько всего мостов в {T.pre}?"],
    },
  },
  {
    id: "tower",
    categories: ["town"],
    values: "stones",
    answer: { en: "{V}", ru: "из {V.gen}" },
    statements: {
      en: ["The tower in {T} is built of {V}.", "{T} has a tower of {V}.", "They built the tower of {T} of {V}."],
      ru: [
        "Башня в {T.pre} построена из {V.gen}.",
        "В {T.pre} есть башня из {V.gen}.",
        "Башню {T.gen} построили из {V.gen}.",
      ],
    },
    questions: {
      en: ["What is the tower in {T} built of?", "What did they build the tower of {T} of?"],
      ru: ["Из чего построена башня в {T.pre}?", "Из чего построили башню {T.gen}?"],
    },
  },
];
