import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { calibrationSchema } from "../../../src/calibration/options.js";
import { copyConversations, splitSentences } from "../../../src/calibration/sources/copy.js";
import { copyWordings } from "../../../src/calibration/sources/copy-wordings.js";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-copy-"));
  writeFileSync(
    path.join(folder, "text.txt"),
    "Сосед принёс лестницу и $& ушёл. Потом пошёл дождь!\nA cat slept on the warm roof of the shed.\nshort\n",
  );
});
after(() => rmSync(folder, { recursive: true }));

const options = (copy_task: object) =>
  calibrationSchema.parse({
    prompts: ["p.jsonl"],
    copy_task: { corpus: { files: [path.join(folder, "*.txt")] }, ...copy_task },
  }).copy_task!;

test("every conversation asks for a text in its language and answers with exactly it", async () => {
  const conversations = await copyConversations(options({ min_characters: 10 }), 100, 1);
  const answers = conversations.map((messages) => messages[1]!.content).sort();
  assert.deepEqual(answers, [
    "A cat slept on the warm roof of the shed.",
    "Потом пошёл дождь!",
    "Сосед принёс лестницу и $& ушёл.",
    "Сосед принёс лестницу и $& ушёл. Потом пошёл дождь!",
  ]);
  for (const [user, assistant] of conversations) {
    assert.equal(user!.role, "user");
    assert.equal(assistant!.role, "assistant");
    const language = /\p{Script=Cyrillic}/u.test(assistant!.content) ? "ru" : "en";
    const asked = copyWordings[language].map((wording) => wording.split("{text}").join(assistant!.content));
    assert.ok(asked.includes(user!.content), user!.content);
  }
});

test("units and lengths are kept, the same seed gives the same conversations", async () => {
  const sentences = await copyConversations(
    options({ units: ["sentence"], min_characters: 10, max_characters: 35 }),
    100,
    1,
  );
  assert.deepEqual(sentences.map((messages) => messages[1]!.content).sort(), [
    "Потом пошёл дождь!",
    "Сосед принёс лестницу и $& ушёл.",
  ]);
  const two = await copyConversations(options({}), 2, 5);
  assert.equal(two.length, 2);
  assert.deepEqual(await copyConversations(options({}), 2, 5), two);
});

test("sentences end before a capital letter, with their closing quotes", () => {
  assert.deepEqual(splitSentences("«Что?» Он молчал… И т. д. и т. п. — Да! — Нет."), [
    "«Что?»",
    "Он молчал…",
    "И т. д. и т. п.",
    "— Да!",
    "— Нет.",
  ]);
});

test("each wording names the place of the text once", () => {
  for (const wording of [...copyWordings.ru, ...copyWordings.en]) assert.equal(wording.split("{text}").length, 2);
});
