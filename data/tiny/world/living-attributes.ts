/** Attributes of people, animals, birds and trees. The mini-language of the patterns is that of template.ts. */
import type { Attribute } from "./attribute.js";

export const livingAttributes: readonly Attribute[] = [
  {
    id: "profession",
    categories: ["person"],
    values: "professions",
    answer: { en: "{a V}", ru: "{V.ins}" },
    statements: {
      en: ["{T} works as {a V}.", "By trade {T} is {a V}.", "{T} became {a V} many years ago."],
      ru: ["{T} работает {V.ins}.", "По профессии {T} {V}.", "{T} стал[|а|о] {V.ins} много лет назад."],
    },
    questions: {
      en: ["What does {T} work as?", "What is {T} by trade?"],
      ru: ["Кем работает {T}?", "Кем стал[|а|о] {T}?"],
    },
  },
  {
    id: "residence",
    categories: ["person"],
    values: "towns",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} lives in {V}.", "The house of {T} stands in {V}.", "For ten years {T} has lived in {V}."],
      ru: ["{T} живёт в {V.pre}.", "Дом {T.gen} стоит в {V.pre}.", "Уже десять лет {T} живёт в {V.pre}."],
    },
    questions: {
      en: ["Where does {T} live?", "In which town does {T} live?"],
      ru: ["Где живёт {T}?", "В каком городе живёт {T}?"],
    },
  },
  {
    id: "birthday",
    categories: ["person"],
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} was born in {V}.", "The birthday of {T} is in {V}.", "In {V} {T} celebrates a birthday."],
      ru: [
        "{T} родил[ся|ась|ось] в {V.pre}.",
        "День рождения {T.gen} в {V.pre}.",
        "В {V.pre} {T} празднует день рождения.",
      ],
    },
    questions: {
      en: ["When was {T} born?", "In which month was {T} born?"],
      ru: ["Когда родил[ся|ась|ось] {T}?", "В каком месяце родил[ся|ась|ось] {T}?"],
    },
  },
  {
    id: "plays",
    categories: ["person"],
    values: "instruments",
    answer: { en: "{V}", ru: "на {V.pre}" },
    statements: {
      en: ["{T} plays {V}.", "After work {T} plays {V}.", "{T} teaches children to play {V}."],
      ru: ["{T} играет на {V.pre}.", "После работы {T} играет на {V.pre}.", "{T} учит детей играть на {V.pre}."],
    },
    questions: {
      en: ["What does {T} play?", "Which instrument does {T} play?"],
      ru: ["На чём играет {T}?", "На каком инструменте играет {T}?"],
    },
  },
  {
    id: "drinks",
    categories: ["person"],
    values: "drinks",
    answer: { en: "{V}", ru: "{V.acc}" },
    statements: {
      en: ["{T} drinks {V} every day.", "For breakfast {T} drinks {V}.", "Of all drinks {T} likes only {V}."],
      ru: [
        "{T} пьёт {V.acc} каждый день.",
        "На завтрак {T} пьёт {V.acc}.",
        "Из всех напитков {T} любит только {V.acc}.",
      ],
    },
    questions: {
      en: ["What does {T} drink?", "What does {T} drink for breakfast?"],
      ru: ["Что пьёт {T}?", "Что пьёт {T} на завтрак?"],
    },
  },
  {
    id: "pastime",
    categories: ["person"],
    values: "pastimes",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} likes to {V}.", "Most of all {T} likes to {V}.", "Friends know that {T} likes to {V}."],
      ru: ["{T} любит {V}.", "Больше всего {T} любит {V}.", "Друзья знают, что {T} любит {V}."],
    },
    questions: {
      en: ["What does {T} like to do?", "What does {T} like to do most of all?"],
      ru: ["Что любит делать {T}?", "Что больше всего любит делать {T}?"],
    },
  },
  {
    id: "rest",
    categories: ["person"],
    values: "weekdays",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} rests {V}.", "{T} has a day off {V}.", "{V} {T} does not work."],
      ru: ["{T} отдыхает {V}.", "Выходной у {T.gen} бывает {V}.", "{V} {T} не работает."],
    },
    questions: {
      en: ["When does {T} rest?", "On which day does {T} have a day off?"],
      ru: ["Когда отдыхает {T}?", "Когда бывает выходной у {T.gen}?"],
    },
  },
  {
    id: "home",
    categories: ["animal"],
    values: "places",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} lives {V}.", "The home of {T} is {V}.", "{V} lives {T}."],
      ru: ["{T} живёт {V}.", "Дом {T.gen} находится {V}.", "{V} живёт {T}."],
    },
    questions: {
      en: ["Where does {T} live?", "Where is the home of {T}?"],
      ru: ["Где живёт {T}?", "Где находится дом {T.gen}?"],
    },
  },
  {
    id: "food",
    categories: ["animal", "bird"],
    values: "foods",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} eats {V}.", "For dinner {T} eats {V}.", "{T} is always looking for {V}."],
      ru: ["{T} ест {V}.", "На обед {T} ест {V}.", "{T} всегда ищет {V}."],
    },
    questions: {
      en: ["What does {T} eat?", "What is {T} always looking for?"],
      ru: ["Что ест {T}?", "Что всегда ищет {T}?"],
    },
  },
  {
    id: "friend",
    categories: ["animal"],
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{V} is friends with {T}.", "The best friend of {T} is {V}.", "Every day {V} comes to see {T}."],
      ru: ["{V} дружит с {T.ins}.", "Лучший друг {T.gen} — {V}.", "Каждый день {V} навещает {T.acc}."],
    },
    questions: {
      en: ["Who is friends with {T}?", "Who is the best friend of {T}?"],
      ru: ["Кто дружит с {T.ins}?", "Кто лучший друг {T.gen}?"],
    },
  },
  {
    id: "age",
    categories: ["animal", "tree"],
    values: "years",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} is {V} old.", "The age of {T} is {V}.", "They say that {T} is {V} old."],
      ru: ["{T.dat} {V}.", "Возраст {T.gen} {V}.", "Говорят, что {T.dat} {V}."],
    },
    questions: {
      en: ["How old is {T}?", "What is the age of {T}?"],
      ru: ["Сколько лет {T.dat}?", "Какой возраст у {T.gen}?"],
    },
  },
  {
    id: "walk",
    categories: ["animal"],
    values: "times",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} goes for a walk {V}.", "{V} {T} goes for a walk.", "One can meet {T} {V}."],
      ru: ["{T} гуляет {V}.", "{V} {T} выходит на прогулку.", "Встретить {T.acc} можно {V}."],
    },
    questions: {
      en: ["When does {T} go for a walk?", "When can one meet {T}?"],
      ru: ["Когда гуляет {T}?", "Когда {T} выходит на прогулку?"],
    },
  },
  {
    id: "weather",
    categories: ["animal", "bird"],
    values: "weathers",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} likes {V}.", "The best weather for {T} is {V}.", "{T} is glad when there is {V}."],
      ru: ["{T.dat} нравится {V}.", "Лучшая погода для {T.gen} — {V}.", "{T} любит {V.acc}."],
    },
    questions: {
      en: ["What weather does {T} like?", "What is the best weather for {T}?"],
      ru: ["Какая погода нравится {T.dat}?", "Какая погода лучшая для {T.gen}?"],
    },
  },
  {
    id: "cubs",
    categories: ["animal"],
    values: "cubs",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} has {V}.", "In the family of {T} there are {V}.", "Together with {T} one can see {V}."],
      ru: ["У {T.gen} {V}.", "В семье {T.gen} {V}.", "Рядом с {T.ins} всегда {V}."],
    },
    questions: {
      en: ["How many cubs does {T} have?", "How many cubs are there in the family of {T}?"],
      ru: ["Сколько детёнышей у {T.gen}?", "Сколько детёнышей в семье {T.gen}?"],
    },
  },
  {
    id: "nest",
    categories: ["bird"],
    values: "places",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["The nest of {T} is {V}.", "{T} builds a nest {V}.", "{V} one can find the nest of {T}."],
      ru: ["Гнездо {T.gen} находится {V}.", "{T} вьёт гнездо {V}.", "{V} можно найти гнездо {T.gen}."],
    },
    questions: {
      en: ["Where is the nest of {T}?", "Where does {T} build a nest?"],
      ru: ["Где находится гнездо {T.gen}?", "Где вьёт гнездо {T}?"],
    },
  },
  {
    id: "arrival",
    categories: ["bird"],
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} arrives in {V}.", "In {V} {T} comes back from the south.", "The children wait for {T} in {V}."],
      ru: ["{T} прилетает в {V.pre}.", "В {V.pre} {T} возвращается с юга.", "Дети ждут {T.acc} в {V.pre}."],
    },
    questions: {
      en: ["When does {T} arrive?", "In which month does {T} come back from the south?"],
      ru: ["Когда прилетает {T}?", "В каком месяце {T} возвращается с юга?"],
    },
  },
  {
    id: "song",
    categories: ["bird"],
    values: "times",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} sings {V}.", "{V} one can hear the voice of {T}.", "The song of {T} begins {V}."],
      ru: ["{T} поёт {V}.", "{V} слышен голос {T.gen}.", "Песня {T.gen} начинается {V}."],
    },
    questions: {
      en: ["When does {T} sing?", "When does the song of {T} begin?"],
      ru: ["Когда поёт {T}?", "Когда слышен голос {T.gen}?"],
    },
  },
  {
    id: "winter",
    categories: ["bird"],
    values: "towns",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} spends the winter in {V}.", "All winter {T} can be seen in {V}.", "In {V} {T} waits for spring."],
      ru: ["{T} зимует в {V.pre}.", "Всю зиму {T.acc} видят в {V.pre}.", "В {V.pre} {T} ждёт весну."],
    },
    questions: {
      en: ["Where does {T} spend the winter?", "In which town does {T} wait for spring?"],
      ru: ["Где зимует {T}?", "В каком городе {T} ждёт весну?"],
    },
  },
  {
    id: "eggs",
    categories: ["bird"],
    values: "eggs",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} lays {V}.", "In the nest of {T} there are {V}.", "{T} keeps {V} warm."],
      ru: ["У {T.gen} {V}.", "В гнезде {T.gen} {V}.", "{T} согревает {V}."],
    },
    questions: {
      en: ["How many eggs does {T} lay?", "How many eggs are there in the nest of {T}?"],
      ru: ["Сколько яиц у {T.gen}?", "Сколько яиц в гнезде {T.gen}?"],
    },
  },
  {
    id: "planter",
    categories: ["tree"],
    values: "people",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{V} planted {T}.", "{T} was planted by {V}.", "People remember that {V} planted {T}."],
      ru: ["{V} посадил<|а|о> {T.acc}.", "{T.acc} посадил<|а|о> {V}.", "Люди помнят, что {T.acc} посадил<|а|о> {V}."],
    },
    questions: {
      en: ["Who planted {T}?", "By whom was {T} planted?"],
      ru: ["Кто посадил {T.acc}?", "Кто когда-то посадил {T.acc}?"],
    },
  },
  {
    id: "grows",
    categories: ["tree"],
    values: "towns",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} grows in {V}.", "In {V} grows {T}.", "One can see {T} in {V}."],
      ru: ["{T} растёт в {V.pre}.", "В {V.pre} растёт {T}.", "Увидеть {T.acc} можно в {V.pre}."],
    },
    questions: {
      en: ["Where does {T} grow?", "In which town does {T} grow?"],
      ru: ["Где растёт {T}?", "В каком городе растёт {T}?"],
    },
  },
  {
    id: "height",
    categories: ["tree"],
    values: "metres",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{T} is {V} tall.", "The height of {T} is {V}.", "The forester says that {T} is {V} tall."],
      ru: ["Высота {T.gen} {V}.", "{T} имеет в высоту {V}.", "Лесник говорит, что высота {T.gen} {V}."],
    },
    questions: {
      en: ["How tall is {T}?", "What is the height of {T}?"],
      ru: ["Какая высота у {T.gen}?", "Сколько метров {T} имеет в высоту?"],
    },
  },
  {
    id: "blossom",
    categories: ["tree"],
    values: "months",
    answer: { en: "in {V}", ru: "в {V.pre}" },
    statements: {
      en: ["{T} blossoms in {V}.", "In {V} {T} is in flower.", "The flowers of {T} open in {V}."],
      ru: ["{T} цветёт в {V.pre}.", "В {V.pre} {T} стоит в цвету.", "Цветы на {T.pre} появляются в {V.pre}."],
    },
    questions: {
      en: ["When does {T} blossom?", "In which month is {T} in flower?"],
      ru: ["Когда цветёт {T}?", "В каком месяце {T} стоит в цвету?"],
    },
  },
  {
    id: "guest",
    categories: ["tree"],
    values: "birds",
    answer: { en: "{V}", ru: "{V}" },
    statements: {
      en: ["{V} sits on {T}.", "{V} hides in the branches of {T}.", "Every day {V} flies to {T}."],
      ru: ["На {T.pre} сидит {V}.", "В ветвях {T.gen} прячется {V}.", "Каждый день {V} прилетает на {T.acc}."],
    },
    questions: {
      en: ["Who sits on {T}?", "Who hides in the branches of {T}?"],
      ru: ["Кто сидит на {T.pre}?", "Кто прячется в ветвях {T.gen}?"],
    },
  },
  {
    id: "ribbon",
    categories: ["tree"],
    values: "colours",
    answer: { en: "{V}", ru: "{V.f}" },
    statements: {
      en: ["{a V} ribbon hangs on {T}.", "They tied {a V} ribbon to {T}.", "The wind moves the {V} ribbon on {T}."],
      ru: [
        "На {T.pre} висит {V.f} лента.",
        "На {T.acc} повесили {V.fa} ленту.",
        "Ветер качает {V.fa} ленту на {T.pre}.",
      ],
    },
    questions: {
      en: ["Which ribbon hangs on {T}?", "What colour is the ribbon on {T}?"],
      ru: ["Какая лента висит на {T.pre}?", "Какая на {T.pre} лента?"],
    },
  },
];
