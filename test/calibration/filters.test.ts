import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswerFilter, endsInLoop, repetition } from "../../src/calibration/filters.js";
import { calibrationSchema } from "../../src/calibration/options.js";
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";

const prompt = (content: string): ChatMessage[] => [{ role: "user", content }];
const filter = (filters: object) =>
  createAnswerFilter(calibrationSchema.parse({ prompts: ["p.jsonl"], filters }).filters);

test("an ordinary answer is kept, each reason to reject has its name", () => {
  const judge = filter({ min_characters: 3, max_characters: 60 });
  assert.equal(judge(prompt("a"), "an answer", "stop"), null);
  assert.equal(judge(prompt("b"), " \n", "stop"), "empty");
  assert.equal(judge(prompt("b"), "", "length"), "empty");
  assert.equal(judge(prompt("b"), "cut off", "length"), "stopped_by_length");
  assert.equal(judge(prompt("b"), "ab", "stop"), "too_short");
  assert.equal(judge(prompt("b"), "щ".repeat(3), "stop"), null);
  assert.equal(judge(prompt("b"), "long ".repeat(20), "stop"), "too_long");
  assert.equal(judge(prompt("b"), `so ${"ха".repeat(28)}`, "stop"), "repetition");
});

test("the same answer to the same prompt counts once; to another prompt it is another example", () => {
  const judge = filter({});
  assert.equal(judge(prompt("a"), "yes", "stop"), null);
  assert.equal(judge(prompt("b"), "yes", "stop"), null);
  assert.equal(judge(prompt("a"), " yes ", "stop"), "duplicate");
});

test("a Russian prompt must get a Russian answer where asked; an English one is free", () => {
  const judge = filter({ script: { name: "Cyrillic", min_share: 0.5 } });
  assert.equal(judge(prompt("Кто ты?"), "a model", "stop"), "script");
  assert.equal(judge(prompt("Кто ты?"), "модель", "stop"), null);
  assert.equal(judge(prompt("Who are you?"), "a model", "stop"), null);
});

test("answers that are cut may be kept on demand", () => {
  assert.equal(filter({ stopped_by_length: true })(prompt("a"), "cut off", "length"), null);
});

test("repetition counts runs of four words; loops are seen at the end only", () => {
  assert.equal(repetition("one two three"), 0);
  assert.equal(repetition(Array.from({ length: 20 }, (_, i) => `word${i}`).join(" ")), 0);
  assert.ok(repetition("tick tack ".repeat(20)) > 0.9);
  assert.ok(endsInLoop(`Well, ${"la ".repeat(20)}`));
  assert.ok(!endsInLoop(`${"la ".repeat(20)} and that is the whole of the song, as far as I remember it`));
});
