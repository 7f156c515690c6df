import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeTinyModel } from "../pretraining/tiny-model.js";

/** A random model, and `count` items each of rummlu, cp_sent_ru, cp_para_ru and world_ru with three examples. */
export function writeTinyBenchmark(model: string, data: string, count: number): void {
  writeTinyModel(model, { words: [" Ответ", " море", " A", " B", " C", " D"], padding: 2, seed: 3 });
  const places = ["в Заречье", "в Дубраве", "на море", "у моста"];
  const write = (name: string, item: (i: number) => object): void => {
    mkdirSync(path.join(data, name), { recursive: true });
    const lines = (from: number, length: number): string =>
      Array.from({ length }, (_, i) => `${JSON.stringify(item(from + i))}\n`).join("");
    writeFileSync(path.join(data, name, "test.jsonl"), lines(0, count));
    writeFileSync(path.join(data, name, "prompt.jsonl"), lines(100, 3));
  };
  write("rummlu", (i) => ({
    messages: [
      { role: "user", content: "{text}\nA. {a}\nB. {b}" },
      { role: "bot", content: "Ответ:" },
    ],
    inputs: { text: `Где дом ${i}?`, a: places[i % 4], b: places[(i + 1) % 4] },
    outputs: "ABCD"[i % 4],
    meta: {},
  }));
  for (const name of ["cp_sent_ru", "cp_para_ru"]) {
    write(name, (i) => ({
      messages: [{ role: "user", content: "Повтори:\n{text}" }],
      inputs: { text: `Король ${i} видел море.` },
      outputs: `Король ${i} видел море.`,
      meta: {},
    }));
  }
  write("world_ru", (i) => ({
    messages: [{ role: "user", content: "{question}\n{options}" }],
    inputs: { question: `Где дом ${i}?`, options: places.join(", ") },
    outputs: places[i % 4],
    meta: { options: places, answer: i % 4, direct: `Где стоит дом ${i}?`, category: "house" },
  }));
}
