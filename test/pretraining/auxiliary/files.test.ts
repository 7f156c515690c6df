import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readPairs } from "../../../src/pretraining/auxiliary/bilingual-vectors.js";
import { readDictionary } from "../../../src/pretraining/auxiliary/dictionary.js";
import { readWordVectors } from "../../../src/pretraining/auxiliary/word-vectors.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-vectors-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, name.endsWith(".gz") ? gzipSync(text) : text);
  return place;
}

async function read(place: string, most?: number): Promise<[string, number[]][]> {
  const words: [string, number[]][] = [];
  for await (const { word, vector } of readWordVectors(place, most)) words.push([word, [...vector]]);
  return words;
}

test("word vectors with and without a first line, packed, and as many as wanted", async () => {
  const expected: [string, number[]][] = [
    ["кот", [1, -0.5]],
    ["7", [0.25, 2]],
  ];
  assert.deepEqual(await read(file("plain.vec", "кот 1 -0.5\n7 0.25 2\n")), expected);
  assert.deepEqual(await read(file("headed.vec", "2 2\nкот 1 -0.5 \n7 0.25 2e0")), expected);
  assert.deepEqual(await read(file("packed.vec.gz", "2 2\nкот\t1\t-0.5\n7 0.25 2\n")), expected);
  assert.deepEqual(await read(path.join(folder, "headed.vec"), 1), expected.slice(0, 1));
});

test("broken word vectors: the file and the line", async () => {
  for (const [text, code, place] of [
    ["a 1 2\nb 1\n", "vectors.width", "line 2"],
    ["2 3\na 1 2\n", "vectors.width", "line 2"],
    ["a 1 2\nb 1 x\n", "vectors.number", "line 2"],
    ["a 1 2\nb 1 Infinity\n", "vectors.number", "line 2"],
    ["a 1  2\n", "vectors.number", "line 1"],
    ["3 2\na 1 2\nb 1 2\n", "vectors.truncated", "promises 3"],
    ["", "vectors.empty", "broken.vec"],
    ["5 2\n", "vectors.empty", "broken.vec"],
  ] as const) {
    const broken = file("broken.vec", text);
    await assert.rejects(read(broken), (error: Error & { code: string; exitCode: number }) => {
      assert.equal(error.code, code, text);
      assert.ok(error.message.includes(place) && error.message.includes(broken), error.message);
      return error.exitCode === 2;
    });
  }
  await assert.rejects(read(path.join(folder, "nowhere.vec")), { code: "corpus.unreadable" });
});

test("words whose numbers are all 0 say nothing and are left out", async () => {
  assert.deepEqual(await read(file("zeros.vec", "3 2\n</s> 0 0\nкот 1 -0.5\nunk 0.0 -0\n")), [["кот", [1, -0.5]]]);
  await assert.rejects(read(file("only-zeros.vec", "</s> 0 0\n")), { code: "vectors.empty" });
});

test("a dictionary of two columns", async () => {
  assert.deepEqual(await readDictionary(file("good.txt", "cat\tкот\n\ndog  пёс\r\n")), [
    ["cat", "кот"],
    ["dog", "пёс"],
  ]);
  await assert.rejects(readDictionary(file("three.txt", "cat\tкот\na b c\n")), { code: "dictionary.columns" });
  await assert.rejects(readDictionary(file("empty.txt", "\n")), { code: "dictionary.empty" });
});

test("files that do not fit together", async () => {
  const source_vectors = file("en.vec", "cat 1 0\ndog 0 1\n");
  const target_vectors = file("ru.vec", "кот 0 2\nпёс 2 0\n");
  const dictionary = file("pairs.txt", "cat\tкот\nbird\tптица\n");
  const { pairs, dimensions } = await readPairs({ source_vectors, target_vectors, dictionary });
  assert.equal(dimensions, 2);
  assert.deepEqual(
    pairs.map(({ from, to }) => [[...from], [...to]]),
    [
      [
        [1, 0],
        [0, 1],
      ],
    ],
  );
  const turned = file("turned.txt", "кот\tcat\n");
  await assert.rejects(readPairs({ source_vectors, target_vectors, dictionary: turned }), {
    code: "dictionary.no_overlap",
    message: /turned\.txt: none of its 1 pairs/,
  });
  const wide = file("wide.vec", "кот 1 2 3\n");
  await assert.rejects(readPairs({ source_vectors, target_vectors: wide, dictionary }), { code: "vectors.width" });
});
