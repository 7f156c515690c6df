import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stopped, Turn } from "../../../src/calibration/filters/conversation-filter.js";
import { createConversationFilter } from "../../../src/calibration/filters/registry.js";
import { calibrationSchema } from "../../../src/calibration/options.js";
import type { ChatMessage } from "../../../src/tokenizer/tokenizer.js";

/** Judges prompts and answers in turn; a token is a character here. */
function filter(filters: object) {
  const judge = createConversationFilter(calibrationSchema.parse({ filters }).filters);
  return (said: string | string[], answer: string, stopped: Stopped = "stop") => {
    const texts = [said, answer].flat();
    const messages = texts.map((content, i): ChatMessage => ({ role: i % 2 === 0 ? "user" : "assistant", content }));
    const turns: Turn[] = [];
    for (let i = 1; i < texts.length; i += 2) {
      turns.push({ prompt: texts[i - 1]!, answer: texts[i]!, tokens: texts[i]!.length });
    }
    return judge({ messages, turns, stopped });
  };
}

test("an ordinary answer is kept, each reason to reject has its name", () => {
  const judge = filter({ min_characters: 3, max_characters: 60 });
  assert.equal(judge("a", "an answer"), null);
  assert.equal(judge("b", " \n"), "empty");
  assert.equal(judge("b", "", "length"), "empty");
  assert.equal(judge("b", "", "prompt_too_long"), "prompt_too_long");
  assert.equal(judge("b", "cut off", "length"), "stopped_by_length");
  assert.equal(judge("b", "ab"), "too_short");
  assert.equal(judge("b", "щ".repeat(3)), null);
  assert.equal(judge("b", "long ".repeat(20)), "too_long");
  assert.equal(judge("b", `so ${"ха".repeat(28)}`), "repetition");
  assert.equal(judge("b", "Извините, я не могу помочь с этим."), "refusal");
});

test("lengths in tokens have bounds of their own", () => {
  const judge = filter({ min_tokens: 2, max_tokens: 4 });
  assert.equal(judge("a", "x"), "too_few_tokens");
  assert.equal(judge("a", "xy"), null);
  assert.equal(judge("a", "wxyz"), null);
  assert.equal(judge("a", "vwxyz"), "too_many_tokens");
});

test("every answer of a conversation is judged", () => {
  const judge = filter({ min_characters: 3 });
  assert.equal(judge(["a", "fine", "b"], "also fine"), null);
  assert.equal(judge(["a", "no", "b"], "fine"), "too_short");
  assert.equal(judge(["a", "I cannot help you with that.", "b"], "fine"), "refusal");
  assert.equal(judge(["a", "fine", ""], "fine"), "empty");
});

test("the same answer to the same prompt counts once, whatever case and white space; to another prompt it is another example", () => {
  const judge = filter({});
  assert.equal(judge("A cat", "yes"), null);
  assert.equal(judge("B", "yes"), null);
  assert.equal(judge("a  cat", " Yes\n"), "duplicate");
  assert.equal(judge("ﬁve", "x"), null);
  assert.equal(judge("five", "x"), "duplicate");
});

test("a rejected conversation is no duplicate of itself", () => {
  const judge = filter({});
  assert.equal(judge("a", "yes", "length"), "stopped_by_length");
  assert.equal(judge("a", "yes"), null);
});

test("a Russian prompt must get a Russian answer where asked; an English one is free", () => {
  const judge = filter({ script: { name: "Cyrillic", min_share: 0.5 } });
  assert.equal(judge("Кто ты?", "a model"), "script");
  assert.equal(judge("Кто ты?", "модель"), null);
  assert.equal(judge("Who are you?", "a model"), null);
  assert.equal(judge("Сколько будет шестью девять?", "54"), null);
});

test("or every answer, in one of several scripts", () => {
  const judge = filter({ script: { name: ["Han", "Hiragana", "Katakana"], min_share: 0.8, every_answer: true } });
  assert.equal(judge("Who?", "これは猫です"), null);
  assert.equal(judge("Who?", "a cat"), "script");
});

test("answers that are cut, or decline, may be kept on demand", () => {
  assert.equal(filter({ stopped_by_length: true })("a", "cut off", "length"), null);
  assert.equal(filter({ refusals: true })("a", "I cannot help you with that."), null);
});

test("near-duplicates go where asked", () => {
  const words = Array.from({ length: 40 }, (_, i) => `слово${i}`);
  const other = Array.from({ length: 40 }, (_, i) => `другое${i}`).join(" ");
  const changed = [...words.slice(0, 39), "иначе"].join(" ");
  const judge = filter({ near_duplicates: 0.8 });
  assert.equal(judge("Расскажи", words.join(" ")), null);
  assert.equal(judge("Расскажи", other), null);
  assert.equal(judge("Расскажи", changed), "near_duplicate");
  assert.equal(judge("Сколько?", "Пять."), null);
  const all = filter({});
  assert.equal(all("Расскажи", words.join(" ")), null);
  assert.equal(all("Расскажи", changed), null);
});

test("a script that does not exist is an error", () => {
  assert.throws(() => filter({ script: { name: "Cyrilic", min_share: 0.5 } }), { code: "corpus.unknown_script" });
});
