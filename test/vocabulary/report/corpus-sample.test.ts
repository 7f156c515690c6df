import assert from "node:assert/strict";
import { test } from "node:test";
import type { Documents } from "../../../src/corpus/document.js";
import { sampleCorpus } from "../../../src/vocabulary/report/corpus-sample.js";

async function* documents(...texts: string[]): Documents {
  for (const [index, text] of texts.entries()) yield { text, source: "test", index };
}

const numbered = (i: number): string => `Предложение под номером ${i}, которого хватает на одну строку.`;

test("sentences stand at fixed places, whole, and the text behind the last is not read", async () => {
  const lines = Array.from({ length: 6000 }, (_, i) => `слово. ${numbered(i)} И ещё.`);
  let read = false;
  async function* endless(): Documents {
    yield { text: lines.join("\n"), source: "test", index: 0 };
    read = true;
    yield { text: "", source: "test", index: 1 };
  }
  const { sentences, script } = await sampleCorpus(endless());
  const places = sentences.map((sentence) => {
    const line = lines.findIndex((text) => text.includes(sentence));
    return lines.slice(0, line).join("\n").length;
  });
  assert.equal(script, "Cyrillic");
  assert.equal(sentences.length, 3);
  for (const [i, place] of [2_000, 60_000, 300_000].entries()) {
    assert.ok(places[i]! >= place - 1 && places[i]! < place + 200, `${places[i]} for ${place}`);
  }
  assert.equal(read, false);
});

test("a short corpus gives its first sentences, one without any the beginnings of its lines", async () => {
  const few = await sampleCorpus(documents(`${numbered(1)} ${numbered(2)}\n`, numbered(3)));
  assert.deepEqual(few.sentences, [1, 2, 3].map(numbered));
  const words = await sampleCorpus(documents("\n  один\n\nдва three", "x".repeat(1000)));
  assert.deepEqual(words.sentences, ["один", "два three", "x".repeat(130)]);
  assert.equal((await sampleCorpus(documents("123\n"))).script, null);
});

test("scripts without capitals and spaces have sentences too", async () => {
  const text =
    "私は昨日の夜にとても長い手紙を書いて、それを友達に送りましたが、まだ返事が来ていないので少し心配しています。短い。";
  const { sentences, script } = await sampleCorpus(documents(text));
  assert.deepEqual(sentences, [text.slice(0, text.indexOf("。") + 1)]);
  assert.equal(script, "Hiragana");
});
