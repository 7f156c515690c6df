import assert from "node:assert/strict";
import { test } from "node:test";
import { refuses } from "../../../src/calibration/filters/refusal.js";

test("answers that decline are found in both languages", () => {
  for (const answer of [
    "Извините, но я не могу выполнить эту просьбу.",
    "К сожалению, у меня нет доступа к сети.",
    "Простите, я не умею петь.",
    "Я не могу помочь вам с этим.",
    "Я не буду этого писать, но могу предложить другое.",
    "Как языковая модель, я не испытываю чувств.",
    "Хороший вопрос! Будучи искусственным интеллектом, я не сплю.",
    "Я — языковая модель и не хожу в магазин.",
    "Я всего лишь ИИ-ассистент.",
    "У меня нет личного мнения о кино.",
    "Такой ответ нарушил бы закон и противоречит моим правилам.",
    "I'm sorry, but I can't do that.",
    "I’m sorry, I cannot say.",
    "Unfortunately, I am not able to open files.",
    "I cannot help with this request.",
    "I'm unable to assist with that.",
    "As an AI language model, I do not eat.",
    "I am just a language model.",
    "I don't have access to the internet.",
    "That would go against my guidelines.",
  ]) {
    assert.ok(refuses(answer), answer);
  }
});

test("answers that only use the same words are not", () => {
  for (const answer of [
    "Не знаю, но можно посмотреть в словаре.",
    "К сожалению, поезд опоздал на час.",
    "Извините за опоздание — так можно начать письмо.",
    "Языковая модель — это программа, которая предсказывает слова.",
    "Как искусственный интеллект помогает врачам? Он читает снимки.",
    "Если сосед не может помочь, позовите мастера.",
    "«Я не могу!» — сказала она и засмеялась.",
    "У меня нет сомнений: берите зонт.",
    "Sorry is a word people say after a mistake.",
    "I cannot help it, I laugh every time.",
    "I cannot give it back to them.",
    "A language model predicts the next word.",
    "They cannot help it: cats sleep sixteen hours a day.",
    "As an AI engineer you will write a lot of code.",
    `${"Сначала идёт длинное и дельное вступление о погоде. ".repeat(6)} К слову, я не могу помочь с багажом.`,
  ]) {
    assert.ok(!refuses(answer), answer);
  }
});
