/** Corpora, prompts, conversations, benchmark items, word vectors: texts in lines and columns, plain and compressed. */
import path from "node:path";
import { gzipSync } from "node:zlib";
import { readDataset } from "../../../src/benchmark/items.js";
import { readInstructions } from "../../../src/corpus/instructions.js";
import { readPrompts } from "../../../src/corpus/prompts.js";
import { type CorpusOptions, readCorpus } from "../../../src/corpus/read-corpus.js";
import { readPieces } from "../../../src/corpus/read-pieces.js";
import { readDictionary } from "../../../src/pretraining/auxiliary/dictionary.js";
import { readWordVectors } from "../../../src/pretraining/auxiliary/word-vectors.js";
import { chatParquetFile } from "../../corpus/chat-parquet-file.js";
import { parquetFile } from "../../corpus/parquet-file.js";
import type { FuzzReader } from "../fuzz-reader.js";
import { one } from "../seed-folder.js";
import { zstdFrame } from "../zstd-frame.js";

async function drain(values: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of values);
}

const texts = ["Жили-были дед да баба.", 'Second text, "quoted".', "третий\nтекст"];
const jsonl = `${texts.map((text) => JSON.stringify({ text, id: 1, meta: { a: [1, 2] } })).join("\n")}\n`;
const txt = "first line\nsecond line\n\nвторой абзац\r\n\nthird\n";

const chat = [
  { role: "system" as const, content: "be brief" },
  { role: "user" as const, content: "вопрос" },
  { role: "assistant" as const, content: "ответ" },
];
const chats = `${[chat, chat.slice(1)].map((messages) => JSON.stringify({ messages, source: "own" })).join("\n")}\n`;
const prompts = `${JSON.stringify({ prompt: "Сколько будет 2 + 2?" })}\n${JSON.stringify({ messages: chat.slice(0, 2), id: 7 })}\n`;

const item = (answer: string): unknown => ({
  messages: [
    { role: "user", content: "{question} {{x}}\nA {a}" },
    { role: "bot", content: "Ответ:" },
  ],
  inputs: { question: "2 + 2?", a: 4, options: ["1", "4"] },
  outputs: answer,
  meta: { id: 1, domain: { name: "math" } },
});
const items = `${[item("A"), item("B")].map((value) => JSON.stringify(value)).join("\n")}\n`;

const corpusReader = (
  name: string,
  seeds: (string | Uint8Array)[],
  options: Partial<CorpusOptions> = {},
): FuzzReader => ({
  seeds: () => seeds.map((content) => one(name, content)),
  async read(input) {
    const corpus = { files: [path.join(input, name)], ...options };
    await drain(readCorpus(corpus));
    if (options.filters === undefined) await drain(readPieces(corpus));
  },
});

const filters = { min_characters: 3, exact_duplicates: true, script: { name: "Cyrillic", min_share: 0.1 } };
const parquets = [
  parquetFile([texts, ["four", "пять"]]),
  parquetFile([texts], { codec: "gzip" }),
  parquetFile([["a", "b".repeat(200)], ["c"], ["д"]]),
];

export const textReaders = {
  "corpus-txt": corpusReader("a.txt", [txt], { documents: "blank_lines" }),
  "corpus-jsonl": corpusReader("a.jsonl", [jsonl], { filters }),
  "corpus-parquet": corpusReader("a.parquet", parquets),
  "corpus-jsonl-gz": corpusReader("a.jsonl.gz", [gzipSync(jsonl)]),
  "corpus-txt-zst": corpusReader("a.txt.zst", [zstdFrame(Buffer.from(txt))]),
  "corpus-jsonl-zst": corpusReader("a.jsonl.zst", [zstdFrame(Buffer.from(jsonl))]),
  "corpus-parquet-gz": corpusReader(
    "a.parquet.gz",
    parquets.map((bytes) => gzipSync(bytes)),
  ),
  prompts: {
    seeds: () => [one("a.jsonl", prompts)],
    read: (input) => readPrompts([path.join(input, "a.jsonl")]),
  },
  "chat-jsonl": {
    seeds: () => [one("a.jsonl", chats)],
    read: (input) => drain(readInstructions([path.join(input, "a.jsonl")])),
  },
  "chat-parquet": {
    seeds: () => [one("a.parquet", chatParquetFile([[chat, chat.slice(1)], [chat]]))],
    read: (input) => drain(readInstructions([path.join(input, "a.parquet")])),
    slowness: 10,
  },
  "items-jsonl": {
    seeds: () => [
      new Map([
        ["rummlu/test.jsonl", Buffer.from(items)],
        ["rummlu/prompt.jsonl", Buffer.from(items)],
      ]),
    ],
    read: (input) => readDataset(input, "rummlu"),
  },
  "items-parquet": {
    seeds: () => [
      one("rummlu/test.parquet", chatParquetFile([[chat], [chat]])),
      one("rummlu/test.parquet", parquetFile([["a"]])),
    ],
    // Valid columns, but no items: reading ends where the item's fields are looked at.
    async read(input) {
      try {
        await readDataset(input, "rummlu");
      } catch (error) {
        if (!/^.*: row 0: /.test((error as Error).message)) throw error;
      }
    },
    slowness: 10,
  },
  "word-vectors": {
    seeds: () => [
      one("a.vec", "3 4\nкот 0.5 1 -1 2e-3\ndog 1 2 3 4\nx 0 0 0 0.25\n"),
      one("a.vec", "кот 0.5 1\ndog 1 2\n"),
    ],
    read: (input) => drain(readWordVectors(path.join(input, "a.vec"))),
  },
  dictionary: {
    seeds: () => [one("a.tsv", "кот\tcat\nбелый кот\twhite cat\n"), one("a.tsv", "dog собака\n")],
    read: (input) => readDictionary(path.join(input, "a.tsv")),
  },
} as const satisfies Record<string, FuzzReader>;
