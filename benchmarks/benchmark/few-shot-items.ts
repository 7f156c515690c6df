/**
 * Multiple-choice items in the form of Darumeru's data sets: 57 subjects, each with five worked examples that stand as
 * turns in front of each of its ten questions. The sentences are put together from words; nothing is to be known.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createRandom } from "../../src/random.js";

export const subjects = 57;
export const itemsOfSubject = 10;
const examples = 5;

const things = ["мост", "город", "корабль", "сад", "колокол", "маяк", "рынок", "остров", "замок", "театр"];
const places = ["у реки", "за лесом", "на холме", "у моря", "в долине", "под горой", "на севере", "у озера"];
const facts = [
  "построен из камня",
  "стоит дольше всех",
  "назван в честь мастера",
  "открыт для гостей",
  "виден издалека",
];

interface Turn {
  role: "user" | "bot";
  content: string;
}

/** Writes `FOLDER/rummlu/test.jsonl`. */
export function writeFewShotItems(folder: string): void {
  const random = createRandom(57);
  const pick = (words: readonly string[]): string => words[random.below(words.length)]!;
  const question = (subject: number): { text: string; answer: string } => {
    const options = [..."ABCD"].map((letter) => `${letter}. ${pick(things)} ${pick(places)}`);
    return {
      text: `Тема ${subject}. Что из этого ${pick(facts)}?\n${options.join("\n")}`,
      answer: "ABCD"[random.below(4)]!,
    };
  };
  const lines: string[] = [];
  for (let subject = 0; subject < subjects; subject++) {
    const turns: Turn[] = [];
    for (let i = 0; i < examples; i++) {
      const { text, answer } = question(subject);
      turns.push({ role: "user", content: text }, { role: "bot", content: `Ответ: ${answer}` });
    }
    for (let i = 0; i < itemsOfSubject; i++) {
      const { text, answer } = question(subject);
      const messages = [...turns, { role: "user", content: "{question}" }, { role: "bot", content: "Ответ:" }];
      const item = { messages, inputs: { question: text }, outputs: answer, meta: { subject: String(subject) } };
      lines.push(JSON.stringify(item));
    }
  }
  mkdirSync(path.join(folder, "rummlu"), { recursive: true });
  writeFileSync(path.join(folder, "rummlu", "test.jsonl"), `${lines.join("\n")}\n`);
}
