/** Attributes of what is made and kept: instruments, dishes, tools, furniture and clothes. Patterns as in template.ts. */
import type { Attribute } from "./attribute.js";

export const householdAttributes: readonly Attribute[] = [
  {
    id: "owner",
    categories: ["instrument", "tool", "furniture", "garment"],
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{V} owns {T}.", "The owner of {T} is {V}.", "{T} belongs to {V}."],
      ru: ["{V} владеет {T.ins}.", "<Хозяин|Хозяйка|Хозяин> {T.gen} — {V}.", "{T} принадлежит {V.dat}."],
    },
    questions: {
      en: ["Who owns {T}?", "Who is the owner of {T}?"],
      ru: ["Кто владеет {T.ins}?", "Кто хозяин {T.gen}?"],
    },
  },
  {
    id: "kept",
    categories: ["instrument", "tool", "garment"],
    values: "places",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} is kept {V}.", "They keep {T} {V}.", "{V} one can find {T}."],
      ru: ["{T} хранится {V}.", "{T.acc} держат {V}.", "{V} можно найти {T.acc}."],
    },
    questions: {
      en: ["Where is {T} kept?", "Where can one find {T}?"],
      ru: ["Где хранится {T}?", "Где можно найти {T.acc}?"],
    },
  },
  {
    id: "colour",
    categories: ["boat", "instrument", "furniture", "garment", "vehicle"],
    values: "colours",
    answer: { en: "{V}", ru: "{V.m}" },
    statements: {
      en: ["{T} is {V}.", "The colour of {T} is {V}.", "The master chose {V} as the colour of {T}."],
      ru: ["{T} {V.T}.", "Цвет {T.gen} {V.m}.", "Мастер выбрал для {T.gen} {V.m} цвет."],
    },
    questions: {
      en: ["What colour is {T}?", "Which colour did the master choose for {T}?"],
      ru: ["Какой цвет у {T.gen}?", "Какой цвет выбрал мастер для {T.gen}?"],
    },
  },
  {
    id: "material",
    categories: ["instrument", "tool", "furniture"],
    values: "materials",
    answer: { en: "{V}", ru: "из {V.gen}" },
    statements: {
      en: ["{T} is made of {V}.", "The master made {T} of {V}.", "The material of {T} is {V}."],
      ru: ["{T} сделан[|а|о] из {V.gen}.", "Мастер сделал {T.acc} из {V.gen}.", "Эт[от|а|о] {T} из {V.gen}."],
    },
    questions: {
      en: ["What is {T} made of?", "What is the material of {T}?"],
      ru: ["Из чего сделан[|а|о] {T}?", "Из чего мастер сделал {T.acc}?"],
    },
  },
  {
    id: "price",
    categories: ["instrument", "dish", "tool", "furniture", "garment"],
    values: "coins",
    answer: { en: "{V}", ru: "{V.acc}" },
    statements: {
      en: ["{T} costs {V}.", "They ask {V} for {T}.", "The price of {T} is {V}."],
      ru: ["{T} стоит {V.acc}.", "За {T.acc} просят {V.acc}.", "Цена {T.gen} {V}."],
    },
    questions: {
      en: ["How much does {T} cost?", "How much do they ask for {T}?"],
      ru: ["Сколько стоит {T}?", "Сколько просят за {T.acc}?"],
    },
  },
  {
    id: "sound",
    categories: ["instrument"],
    values: "sounds",
    answer: { en: "{V}", ru: "{V.m}" },
    statements: {
      en: ["{T} has {a V} sound.", "The sound of {T} is {V}.", "Musicians praise the {V} sound of {T}."],
      ru: ["У {T.gen} {V.m} звук.", "Звук {T.gen} {V.m}.", "Музыканты хвалят {V.m} звук {T.gen}."],
    },
    questions: {
      en: ["What sound does {T} have?", "Which sound of {T} do musicians praise?"],
      ru: ["Какой звук у {T.gen}?", "Какой звук {T.gen} хвалят музыканты?"],
    },
  },
  {
    id: "bought",
    categories: ["instrument"],
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} was bought in {V}.", "In {V} they bought {T}.", "The orchestra bought {T} in {V}."],
      ru: ["{T.acc} купили в {V.pre}.", "В {V.pre} оркестр купил {T.acc}.", "{T} куплен[|а|о] в {V.pre}."],
    },
    questions: {
      en: ["When was {T} bought?", "In which month was {T} bought?"],
      ru: ["Когда купили {T.acc}?", "В каком месяце купили {T.acc}?"],
    },
  },
  {
    id: "cook",
    categories: ["dish"],
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{V} cooks {T}.", "Only {V} knows the recipe of {T}.", "Nobody cooks {T} better than {V}."],
      ru: ["{V} готовит {T.acc}.", "Рецепт {T.gen} знает только {V}.", "Лучше всех {T.acc} готовит {V}."],
    },
    questions: {
      en: ["Who cooks {T}?", "Who knows the recipe of {T}?"],
      ru: ["Кто готовит {T.acc}?", "Кто знает рецепт {T.gen}?"],
    },
  },
  {
    id: "ingredient",
    categories: ["dish"],
    values: "ingredients",
    answer: { en: "{V}", ru: "из {V.gen}" },
    statements: {
      en: ["{T} is made from {V}.", "They cook {T} from {V}.", "In our house {T} is always from {V}."],
      ru: ["{T} здесь из {V.gen}.", "{T.acc} готовят из {V.gen}.", "Дома {T} всегда из {V.gen}."],
    },
    questions: {
      en: ["What is {T} made from?", "What do they cook {T} from?"],
      ru: ["Из чего готовят {T.acc}?", "Из чего здесь {T}?"],
    },
  },
  {
    id: "taste",
    categories: ["dish"],
    values: "tastes",
    answer: { en: "{V}", ru: "{V.T}" },
    statements: {
      en: ["{T} tastes {V}.", "{T} is always {V}.", "The children say that {T} is {V}."],
      ru: ["{T} {V.T} на вкус.", "{T} всегда {V.T}.", "Дети говорят, что {T} {V.T}."],
    },
    questions: {
      en: ["How does {T} taste?", "What do the children say that {T} is like?"],
      ru: ["Как[ой|ая|ое] {T} на вкус?", "Как[ой|ая|ое] на вкус {T}?"],
    },
  },
  {
    id: "served",
    categories: ["dish"],
    values: "weekdays",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["They serve {T} {V}.", "{V} there is {T} on the table.", "The guests come for {T} {V}."],
      ru: ["{T.acc} подают {V}.", "{V} на столе бывает {T}.", "Гости приходят на {T.acc} {V}."],
    },
    questions: {
      en: ["When do they serve {T}?", "On which day is there {T} on the table?"],
      ru: ["Когда подают {T.acc}?", "В какой день на столе бывает {T}?"],
    },
  },
  {
    id: "mealtime",
    categories: ["dish"],
    values: "times",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["People eat {T} {V}.", "{V} the house smells of {T}.", "It is the custom to eat {T} {V}."],
      ru: ["{T.acc} едят {V}.", "{V} в доме пахнет {T.ins}.", "{T.acc} принято есть {V}."],
    },
    questions: {
      en: ["When do people eat {T}?", "When is it the custom to eat {T}?"],
      ru: ["Когда едят {T.acc}?", "Когда принято есть {T.acc}?"],
    },
  },
  {
    id: "beverage",
    categories: ["dish"],
    values: "drinks",
    answer: { en: "{V}", ru: "{V.acc}" },
    statements: {
      en: ["They drink {V} with {T}.", "It is good to drink {V} with {T}.", "{V} goes well with {T}."],
      ru: ["С {T.ins} пьют {V.acc}.", "К {T.dat} подают {V.acc}.", "К {T.dat} хорошо подходит {V}."],
    },
    questions: {
      en: ["What do they drink with {T}?", "What is it good to drink with {T}?"],
      ru: ["Что пьют с {T.ins}?", "Что подают к {T.dat}?"],
    },
  },
  {
    id: "handle",
    categories: ["tool"],
    values: "colours",
    answer: { en: "{V}", ru: "{V.f}" },
    statements: {
      en: ["The handle of {T} is {V}.", "{T} has {a V} handle.", "The master made {a V} handle for {T}."],
      ru: ["У {T.gen} {V.f} ручка.", "Ручка {T.gen} {V.f}.", "Мастер сделал для {T.gen} {V.fa} ручку."],
    },
    questions: {
      en: ["Which handle does {T} have?", "What colour is the handle of {T}?"],
      ru: ["Какая ручка у {T.gen}?", "Какая у {T.gen} ручка?"],
    },
  },
  {
    id: "cleaned",
    categories: ["tool"],
    values: "weekdays",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} is cleaned {V}.", "{V} they clean {T}.", "They clean {T} only {V}."],
      ru: ["{T.acc} чистят {V}.", "{V} чистят {T.acc}.", "{T.acc} чистят только {V}."],
    },
    questions: {
      en: ["When is {T} cleaned?", "On which day do they clean {T}?"],
      ru: ["Когда чистят {T.acc}?", "В какой день чистят {T.acc}?"],
    },
  },
  {
    id: "weight",
    categories: ["tool"],
    values: "kilograms",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} weighs {V}.", "The weight of {T} is {V}.", "The scales show that {T} weighs {V}."],
      ru: ["{T} весит {V}.", "Вес {T.gen} {V}.", "Весы показали, что {T} весит {V}."],
    },
    questions: {
      en: ["How much does {T} weigh?", "What is the weight of {T}?"],
      ru: ["Сколько весит {T}?", "Какой вес у {T.gen}?"],
    },
  },
  {
    id: "room",
    categories: ["furniture"],
    values: "rooms",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} stands {V}.", "They put {T} {V}.", "{V} stands {T}."],
      ru: ["{T} стоит {V}.", "{T.acc} поставили {V}.", "{V} стоит {T}."],
    },
    questions: {
      en: ["Where does {T} stand?", "Where did they put {T}?"],
      ru: ["Где стоит {T}?", "Где поставили {T.acc}?"],
    },
  },
  {
    id: "made",
    categories: ["furniture"],
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} was made in {V}.", "In {V} the joiner made {T}.", "The joiner finished {T} in {V}."],
      ru: ["{T.acc} сделали в {V.pre}.", "В {V.pre} столяр сделал {T.acc}.", "Столяр закончил {T.acc} в {V.pre}."],
    },
    questions: {
      en: ["When was {T} made?", "In which month did the joiner finish {T}?"],
      ru: ["Когда сделали {T.acc}?", "В каком месяце столяр закончил {T.acc}?"],
    },
  },
  {
    id: "origin",
    categories: ["furniture"],
    values: "towns",
    answer: { en: "from {V}", ru: "из {V.gen}" },
    statements: {
      en: ["{T} came from {V}.", "They brought {T} from {V}.", "From {V} they brought {T}."],
      ru: ["{T.acc} привезли из {V.gen}.", "Из {V.gen} привезли {T.acc}.", "{T} приехал[|а|о] из {V.gen}."],
    },
    questions: {
      en: ["Where did they bring {T} from?", "From which town did they bring {T}?"],
      ru: ["Откуда привезли {T.acc}?", "Из какого города привезли {T.acc}?"],
    },
  },
  {
    id: "fabric",
    categories: ["garment"],
    values: "fabrics",
    answer: { en: "{V}", ru: "из {V.gen}" },
    statements: {
      en: ["{T} is sewn of {V}.", "The tailor sewed {T} of {V}.", "For {T} the tailor bought {V}."],
      ru: ["{T} сшит[|а|о] из {V.gen}.", "Портной сшил {T.acc} из {V.gen}.", "Говорят, что {T} из {V.gen}."],
    },
    questions: {
      en: ["What is {T} sewn of?", "What did the tailor sew {T} of?"],
      ru: ["Из чего сшит[|а|о] {T}?", "Из чего портной сшил {T.acc}?"],
    },
  },
  {
    id: "sewn",
    categories: ["garment"],
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} was sewn in {V}.", "In {V} the tailor sewed {T}.", "The tailor finished {T} in {V}."],
      ru: ["{T.acc} сшили в {V.pre}.", "В {V.pre} портной сшил {T.acc}.", "Портной закончил {T.acc} в {V.pre}."],
    },
    questions: {
      en: ["When was {T} sewn?", "In which month did the tailor finish {T}?"],
      ru: ["Когда сшили {T.acc}?", "В каком месяце портной закончил {T.acc}?"],
    },
  },
  {
    id: "buttons",
    categories: ["garment"],
    values: "buttons",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} has {V}.", "There are {V} on {T}.", "The tailor sewed {V} onto {T}."],
      ru: ["На {T.pre} {V}.", "У {T.gen} {V}.", "Портной пришил на {T.acc} {V.acc}."],
    },
    questions: {
      en: ["How many buttons does {T} have?", "How many buttons are there on {T}?"],
      ru: ["Сколько пуговиц на {T.pre}?", "Сколько пуговиц у {T.gen}?"],
    },
  },
];
