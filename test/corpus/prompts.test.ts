import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readPrompts } from "../../src/corpus/prompts.js";
import { CorpusError } from "../../src/errors.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-prompts-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, lines: unknown[]): string {
  const target = path.join(folder, name);
  writeFileSync(target, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return target;
}

test("prompts and conversations become messages", async () => {
  const messages = [
    { role: "system", content: "Отвечай кратко." },
    { role: "user", content: "Привет" },
  ];
  const name = file("good.jsonl", [{ prompt: "Что такое река?" }, { messages }]);
  assert.deepEqual(await readPrompts([name]), [
    { messages: [{ role: "user", content: "Что такое река?" }], place: `${name}: line 1` },
    { messages, place: `${name}: line 2` },
  ]);
});

test("faults name file and line", async () => {
  const user = { role: "user", content: "a" };
  const broken: [unknown, RegExp][] = [
    ["{", /line 2 is not valid JSON/],
    [[], /line 2: not an object/],
    [{}, /line 2: has neither/],
    [{ prompt: " " }, /line 2: "prompt" is not a text/],
    [{ prompt: "a", messages: [user] }, /line 2: has both/],
    [{ messages: [] }, /line 2: "messages" is not a list/],
    [{ messages: [{ role: "user", content: " " }] }, /line 2: the last message is blank/],
    ['{"prompt": "half \\ud83d"}', /line 2: message 0 has half of a surrogate pair/],
    [{ messages: [{ role: "tool", content: "a" }] }, /line 2: message 0 has the role "tool"/],
    [{ messages: [{ role: "user" }] }, /line 2: message 0 has no text/],
    [{ messages: [user, { role: "assistant", content: "b" }] }, /line 2: the last message/],
    [{ messages: [null] }, /line 2: message 0 has no role/],
  ];
  for (const [line, message] of broken) {
    const name = file("broken.jsonl", [{ prompt: "a" }, line]);
    await assert.rejects(readPrompts([name]), (error: unknown) => {
      assert.ok(error instanceof CorpusError);
      assert.match(error.message, message);
      assert.ok(error.message.includes("broken.jsonl"));
      return true;
    });
  }
  await assert.rejects(readPrompts([file("none.jsonl", [])]), /no prompts in/);
  await assert.rejects(readPrompts([file("text.txt", ["a"])]), { code: "prompts.unknown_format" });
  writeFileSync(path.join(folder, "binary.jsonl"), Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x9f]));
  await assert.rejects(readPrompts([path.join(folder, "binary.jsonl")]), {
    code: "corpus.invalid_utf8",
    message: /binary\.jsonl/,
  });
});
