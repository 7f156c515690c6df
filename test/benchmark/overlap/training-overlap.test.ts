import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Item } from "../../../src/benchmark/items.js";
import { eachNgram } from "../../../src/benchmark/overlap/ngram-hashes.js";
import { findTrainingOverlap, uniteOverlaps } from "../../../src/benchmark/overlap/training-overlap.js";
import { eachWord } from "../../../src/benchmark/overlap/word-hashes.js";
import { EngineError } from "../../../src/errors.js";

const item = (id: string, inputs: Record<string, string>, outputs: unknown = "A"): Item =>
  ({
    id,
    place: "test",
    messages: [{ role: "user", content: "Выбери букву." }],
    inputs,
    outputs,
    meta: {},
  }) as unknown as Item;

async function* pieces(texts: Iterable<string>): AsyncGenerator<string> {
  yield* texts;
}

async function overlapping(items: Item[], texts: Iterable<string>, threads = 1): Promise<string[]> {
  const found = await findTrainingOverlap({ pieces: pieces(texts), items: { task: items }, threads });
  assert.equal(found.tasks.task!.items, items.length);
  return found.tasks.task!.overlapping;
}

const numbers = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять"];
const counted = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${numbers[(from + i) % 11]}${Math.floor((from + i) / 11)}`).join(" ");

function words(text: string): number[][] {
  const all: number[][] = [];
  eachWord(text, (high, low) => all.push([high, low]));
  return all;
}

test("words: lower case, without punctuation, stress marks and invisible characters", () => {
  const same: [string, string][] = [
    ["Мороз и солнце", "«МОРОЗ» – и... (солнце)!"],
    ["Мороз и солнце", "мороз\n\n и\u00a0солнце\u{1f600}"],
    ["за́мок", "замок"],
    ["ёлка", "е\u0308лка"],
    ["перенос", "пере\u00adнос"],
    ["Straße 12", "straße, 12"],
    ["İzmir", "izmir"],
    ["𝐀𐐀", "𝐀𐐨"],
  ];
  for (const [a, b] of same) assert.deepEqual(words(a), words(b), `${a} ${b}`);
  assert.equal(words("кто-то, don't; 3,14 – a_b").length, 8);
  assert.equal(words(" … — 😀\ud800 ").length, 0);
  for (const [a, b] of [
    ["ель", "ёль"],
    ["ab", "ba"],
    ["a", "aa"],
    ["1", "2"],
  ]) {
    assert.notDeepEqual(words(a!), words(b!));
  }
});

test("runs of words: as many as there are places, equal where and only where the words are", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 40 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 4 }),
      (list, chosen) => {
        const lengths = [...chosen].sort((a, b) => a - b);
        const seen = new Map<string, string>();
        const expected: string[] = [];
        for (let end = 1; end <= list.length; end++) {
          for (const length of lengths) if (length <= end) expected.push(list.slice(end - length, end).join(" "));
        }
        let at = 0;
        const count = eachNgram([list.slice(0, 7).join(" "), list.slice(7).join(", ")], lengths, (high, low) => {
          const hash = `${high} ${low}`;
          const run = expected[at++]!;
          assert.equal(seen.get(run) ?? hash, hash);
          seen.set(run, hash);
        });
        assert.equal(count, list.length);
        assert.equal(at, expected.length);
        assert.equal(new Set(seen.values()).size, seen.size);
      },
    ),
  );
});

test("thirteen words in a row count, twelve do not; counted by hand", async () => {
  const items = [item("0", { text: counted(0, 20) }), item("1", { text: counted(100, 30) })];
  // 13 words of the first item (5 to 17) in a text of others; 12 of the second.
  assert.deepEqual(await overlapping(items, [`чужое слово ${counted(5, 13)} чужое слово`]), ["0"]);
  assert.deepEqual(await overlapping(items, [`чужое слово ${counted(101, 12)} чужое слово`]), []);
  // Case and punctuation make no difference, another word in the middle does.
  const loud = counted(5, 13).toUpperCase().replaceAll(" ", ", ");
  assert.deepEqual(await overlapping(items, [`«${loud}»`]), ["0"]);
  assert.deepEqual(await overlapping(items, [`${counted(5, 7)} чужое ${counted(12, 6)}`]), []);
  // A run may go from one piece of the text to the next.
  assert.deepEqual(await overlapping(items, [counted(100, 6), counted(106, 7)]), ["1"]);
});

test("a short item is known by all its inputs, each as one run; the prompt and the letter of the answer do not count", async () => {
  const short = item("7", { text: "Какой цвет у ивы?", option_a: "белый", option_b: "жёлтый" });
  assert.deepEqual(await overlapping([short], ["Какой цвет у ивы? Не помню. Жёлтый или белый."]), ["7"]);
  assert.deepEqual(await overlapping([short], ["Какой цвет у ивы? Жёлтый."]), []);
  assert.deepEqual(await overlapping([short], ["Белый и жёлтый цвет у какой ивы?"]), []);
  assert.deepEqual(await overlapping([short], ["Выбери букву. A"]), []);
  // With one long input the short ones do not count.
  const long = item("8", { text: counted(0, 14), option_a: "белый" });
  assert.deepEqual(await overlapping([long], ["белый"]), []);
  assert.deepEqual(await overlapping([long], [counted(1, 13)]), ["8"]);
  // An output that is a text counts as far as it is long.
  const summary = item("9", { text: "статья" }, counted(40, 13));
  assert.deepEqual(await overlapping([summary], [counted(39, 15)]), ["9"]);
  assert.deepEqual(await overlapping([summary], ["статья"]), []);
  // Without words there is nothing to be found; without inputs the messages are the item.
  assert.deepEqual(await overlapping([item("10", { text: "?!" })], ["?!", ""]), []);
  assert.deepEqual(await overlapping([item("11", {})], ["выбери букву"]), ["11"]);
});

test("threads and batches make no difference, and the text is known by its hash", async () => {
  const items = Array.from({ length: 300 }, (_, i) => item(String(i), { text: counted(1000 * i, 25) }));
  const filler = counted(5_000_000, 2000);
  const texts = Array.from({ length: 250 }, (_, i) => {
    const wanted = i % 3 === 0 ? counted(1000 * i + 7, 13) : counted(1000 * i + 7, 12);
    return `${filler}\n${wanted}\n${filler}`;
  });
  const expected = Array.from({ length: 84 }, (_, i) => String(3 * i));
  const job = (threads: number) => findTrainingOverlap({ pieces: pieces(texts), items: { task: items }, threads });
  const one = await job(1);
  const three = await job(3);
  assert.deepEqual(one.tasks.task!.overlapping, expected);
  assert.deepEqual(three, one);
  const other = await findTrainingOverlap({ pieces: pieces(texts.slice(1)), items: { task: items }, threads: 1 });
  assert.notEqual(other.corpus_sha256, one.corpus_sha256);
  assert.deepEqual(other.tasks.task!.overlapping, expected.slice(1));
  const both = uniteOverlaps([other, one])!;
  assert.deepEqual(new Set(both.tasks.task!.overlapping), new Set(expected));
  assert.equal(uniteOverlaps([]), undefined);
  assert.equal(uniteOverlaps([one]), one);
});

test("a batch that ends within a run loses nothing, and a signal ends the reading", async () => {
  const items = [item("0", { text: counted(0, 13) })];
  // The first piece fills a batch of 2^18 units.
  const filler = `${"слово ".repeat(1 << 16)}${counted(0, 12)}`;
  assert.deepEqual(await overlapping(items, [filler, counted(12, 1)]), ["0"]);
  assert.deepEqual(await overlapping(items, [filler, "другое"]), []);
  const controller = new AbortController();
  controller.abort();
  const job = { pieces: pieces(["текст"]), items: { task: items }, threads: 1 };
  await assert.rejects(findTrainingOverlap(job, undefined, controller.signal), EngineError);
});
