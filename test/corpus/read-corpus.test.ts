import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type CorpusOptions, type DropReason, readCorpus } from "../../src/corpus/read-corpus.js";
import { CorpusError } from "../../src/errors.js";
import { parquetFile } from "./parquet-file.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-corpus-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const target = path.join(folder, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
  return target;
}

async function textsOf(options: CorpusOptions): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readCorpus(options)) texts.push(text);
  return texts;
}

const fails = (options: CorpusOptions, code: string, message: RegExp): Promise<void> =>
  assert.rejects(textsOf(options), (error: unknown) => {
    assert.ok(error instanceof CorpusError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });

// Made by the zstd command line tool 1.5 (level 3, streamed in, with checksum): 40 lines of JSON in Russian.
const zstdJsonl =
  "KLUv/WSeCzUGAOKGFx6gKR0+TLbWttNRX1yFyV4TgFcVsP/t/ymvO7cfrVa2bdt227ZtS5IkyQTiYCgQXAIcSfB8HXp0c+5x6tacc9Alt8nVV8Q" +
  "CA2NOvfLo6/ac8ujMNQd5MkVaGIslNQIqIGCTFJQem9LQa5Q1VDp6jbKGSqPXUNZRafQayhqVhl5HWaPS0GuUNVR69LplKGuWodIrQ69VhrJOGSqN" +
  "MvT6ZChrk6HSJUPBSaLHUMZRYfQYyhgVhh5DGaPCFL2aoj9G3FKgn72g6/M=";
const zstdTexts = Array.from({ length: 40 }, (_, i) => `Строка номер ${i}, а за ней идёт ещё одна.`);

test("a text file is one document, as given, without its byte order mark", async () => {
  const text = "Первая строка\r\n\r\nвторая \uFEFF 𝄞\n";
  assert.deepEqual(await textsOf({ files: [file("bom.txt", `\uFEFF${text}`)] }), [text]);
});

test("blank lines separate documents where that is asked for", async () => {
  const name = file("blank.txt", "\n\nодин\nдва\n \t\r\nтри\r\n\r\n\n\nчетыре");
  assert.deepEqual(await textsOf({ files: [name], documents: "blank_lines" }), ["один\nдва", "три", "четыре"]);
});

test("characters that lie across the borders of pieces are whole", async () => {
  // Pieces of a file stream are 64 KiB; three-byte characters never end on that border.
  const text = `a${"€".repeat(100_000)}𝄞`;
  assert.deepEqual(await textsOf({ files: [file("long.txt", text)] }), [text]);
});

test("json lines, plain, gzip and zstd", async () => {
  const content = '{"text": "раз"}\r\n\n{"text": "два\\nтри", "other": 1}';
  assert.deepEqual(await textsOf({ files: [file("plain.jsonl", content)] }), ["раз", "два\nтри"]);
  assert.deepEqual(await textsOf({ files: [file("p.jsonl.gz", gzipSync(content))] }), ["раз", "два\nтри"]);
  // Two members in one file, as `cat a.gz b.gz` makes them.
  const twice = Buffer.concat([gzipSync(`${content}\n`), gzipSync(content)]);
  assert.equal((await textsOf({ files: [file("twice.jsonl.gz", twice)] })).length, 4);
  assert.deepEqual(await textsOf({ files: [file("z.jsonl.zst", Buffer.from(zstdJsonl, "base64"))] }), zstdTexts);
  const frames = Buffer.concat([Buffer.from(zstdJsonl, "base64"), Buffer.from(zstdJsonl, "base64")]);
  assert.deepEqual(await textsOf({ files: [file("zz.jsonl.zst", frames)] }), [...zstdTexts, ...zstdTexts]);
});

test("parquet, row group by row group, with and without compression", async () => {
  const groups = [["раз", "два"], ["три".repeat(1000)], ["", "четыре"]];
  const texts = groups.flat().filter((text) => text !== "");
  assert.deepEqual(await textsOf({ files: [file("a.parquet", parquetFile(groups))] }), texts);
  assert.deepEqual(await textsOf({ files: [file("b.parquet", parquetFile(groups, { codec: "gzip" }))] }), texts);
  assert.deepEqual(await textsOf({ files: [file("c.parquet.gz", gzipSync(parquetFile(groups)))] }), texts);
});

test("globs: sorted, every file once, an existing path is no glob", async () => {
  for (const name of ["b", "a", "c"]) file(`many/${name}.txt`, name);
  file("many/[odd] (name).txt", "odd");
  const glob = path.join(folder, "many/?.txt");
  const odd = path.join(folder, "many/[odd] (name).txt");
  assert.deepEqual(await textsOf({ files: [path.join(folder, "many/b.txt"), glob, odd] }), ["b", "a", "c", "odd"]);
  await fails({ files: [path.join(folder, "none/*.txt")] }, "corpus.not_found", /none\/\*\.txt/);
  await fails({ files: [path.join(folder, "none.txt")] }, "corpus.not_found", /none\.txt/);
  await fails({ files: [path.join(folder, "many")] }, "corpus.is_folder", /many is a folder/);
  await fails({ files: [file("table.csv", "a,b")] }, "corpus.unknown_format", /table\.csv/);
});

test("invalid UTF-8 is named with its byte", async () => {
  const bytes = (...parts: (string | number[])[]): Buffer =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const cases: [string, Buffer, number][] = [
    ["stray", bytes("абв", [0x80], "г"), 6],
    ["latin", bytes("a", [0xe9], " b"), 1],
    ["overlong", bytes("ab", [0xe0, 0x80, 0x80]), 2],
    ["surrogate", bytes("ab", [0xed, 0xa0, 0x80]), 2],
    ["cut", bytes("аб", [0xd0]), 4],
    ["far", bytes("я".repeat(50_000), [0xff], "я".repeat(50_000)), 100_000],
    ["bom", bytes([0xef, 0xbb, 0xbf], "ab", [0xc0, 0xaf]), 5],
  ];
  for (const [name, content, at] of cases) {
    await fails(
      { files: [file(`${name}.txt`, content)] },
      "corpus.invalid_utf8",
      new RegExp(`${name}\\.txt.* byte ${at}$`),
    );
  }
  const rows = [["раз", Buffer.from([0x61, 0xff])]];
  await fails({ files: [file("u.parquet", parquetFile(rows))] }, "corpus.broken_parquet", /u\.parquet: row group 0/);
});

test("truncated, mislabelled and damaged compression is told apart", async () => {
  const gzip = gzipSync("текст ".repeat(10_000));
  await fails({ files: [file("t.txt.gz", gzip.subarray(0, gzip.length - 9))] }, "corpus.truncated", /t\.txt\.gz/);
  await fails({ files: [file("e.txt.gz", "")] }, "corpus.truncated", /e\.txt\.gz/);
  await fails({ files: [file("m.txt.gz", "no gzip")] }, "corpus.broken_compression", /m\.txt\.gz is not a gzip file/);
  const damaged = Buffer.from(gzip);
  damaged[damaged.length - 6]! ^= 0xff;
  await fails({ files: [file("d.txt.gz", damaged)] }, "corpus.broken_compression", /d\.txt\.gz/);
  const zstd = Buffer.from(zstdJsonl, "base64");
  for (const length of [0, 3, 5, 12, 60, zstd.length - 5, zstd.length - 1]) {
    await fails({ files: [file("t.jsonl.zst", zstd.subarray(0, length))] }, "corpus.truncated", /t\.jsonl\.zst/);
  }
  await fails({ files: [file("m.txt.zst", "no zstd")] }, "corpus.broken_compression", /m\.txt\.zst is not a zstd file/);
});

test("broken json lines and parquet files are named with the place", async () => {
  await fails({ files: [file("j.jsonl", '{"text": "a"}\n\n{"text": ')] }, "corpus.broken_json", /j\.jsonl: line 3/);
  await fails({ files: [file("f.jsonl", '{"text": "a"}\n{"body": "a"}')] }, "corpus.no_text", /f\.jsonl: line 2/);
  await fails({ files: [file("n.jsonl", "null")] }, "corpus.no_text", /n\.jsonl: line 1/);
  await fails({ files: [file("s.jsonl", '{"text": "\\ud800"}')] }, "corpus.invalid_text", /s\.jsonl: line 1/);
  const parquet = parquetFile([["раз", "два"]]);
  await fails({ files: [file("cut.parquet", parquet.subarray(0, 40))] }, "corpus.broken_parquet", /cut\.parquet/);
  await fails({ files: [file("empty.parquet", "")] }, "corpus.broken_parquet", /empty\.parquet/);
  await fails({ files: [file("other.parquet", parquetFile([["a"]], { column: "body" }))] }, "corpus.no_text", /"text"/);
  await fails({ files: [file("null.parquet", parquetFile([["a"], ["b", null]]))] }, "corpus.no_text", /row 2 /);
});

test("filters: length, script share, exact duplicates, with the reason for each document left out", async () => {
  const lines = ["кот", "кот и пёс", "cat and кот", "кот и пёс", "12345", "", "слишком длинная строка", "𝄞𝄞кот"];
  const name = file("filters.jsonl", lines.map((text) => JSON.stringify({ text })).join("\n"));
  const dropped: [number, DropReason][] = [];
  const options: CorpusOptions = {
    files: [name],
    filters: {
      min_characters: 4,
      max_characters: 12,
      script: { name: "Cyrillic", min_share: 0.5 },
      exact_duplicates: true,
    },
  };
  const kept: string[] = [];
  for await (const { text } of readCorpus(options, ({ index }, reason) => dropped.push([index, reason])))
    kept.push(text);
  // "𝄞𝄞кот" has 5 characters in 7 UTF-16 units, "12345" has no letters.
  assert.deepEqual(kept, ["кот и пёс", "𝄞𝄞кот"]);
  assert.deepEqual(dropped, [
    [0, "too_short"],
    [2, "script"],
    [3, "duplicate"],
    [4, "script"],
    [5, "empty"],
    [6, "too_long"],
  ]);
});

test("a corpus can be iterated twice, and duplicates are counted anew", async () => {
  const corpus = readCorpus({
    files: [file("again.jsonl", '{"text":"a"}\n{"text":"a"}')],
    filters: { exact_duplicates: true },
  });
  for (let pass = 0; pass < 2; pass++) {
    const documents = [];
    for await (const document of corpus) documents.push(document);
    assert.deepEqual(documents, [{ text: "a", source: path.join(folder, "again.jsonl"), index: 0 }]);
  }
});

test("an empty corpus is an error that says why it is empty", async () => {
  await fails({ files: [file("empty.txt", "")] }, "corpus.empty", /empty\.txt has no documents \(left out: 1 empty\)/);
  const options: CorpusOptions = { files: [file("short.txt", "кот")], filters: { min_characters: 10 } };
  await fails(options, "corpus.empty", /1 too_short/);
  const wrong: CorpusOptions = { files: [file("x.txt", "x")], filters: { script: { name: "Klingon", min_share: 1 } } };
  await fails(wrong, "corpus.unknown_script", /Klingon/);
});

test("memory does not grow with the corpus", async () => {
  // 48 MB of documents in a gzip file of little size; kept whole they would show.
  const line = `${JSON.stringify({ text: "слово ".repeat(100) })}\n`;
  const name = file("large.jsonl.gz", gzipSync(line.repeat(40_000), { level: 1 }));
  let documents = 0;
  let highest = 0;
  const before = process.memoryUsage().rss;
  for await (const { text } of readCorpus({ files: [name] })) {
    documents += text.length === 600 ? 1 : 0;
    if (documents % 5000 === 0) highest = Math.max(highest, process.memoryUsage().rss - before);
  }
  assert.equal(documents, 40_000);
  assert.ok(highest < 150e6, `grew by ${highest} bytes`);
});
