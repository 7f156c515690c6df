import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { findDataset } from "../../../src/benchmark/data/find-dataset.js";
import { readDataset } from "../../../src/benchmark/items.js";
import { tasks } from "../../../src/benchmark/registry.js";
import { LepError } from "../../../src/errors.js";
import { messagesColumn } from "../../corpus/chat-parquet-file.js";
import { nestedParquetFile, type ParquetField } from "../../corpus/nested-parquet-file.js";
import { temporaryFolder } from "../../model/temporary-folder.js";

const root = temporaryFolder();
let folders = 0;
const newFolder = (): string => path.join(root, String(folders++));

function put(folder: string, files: Record<string, string | Buffer>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

const text = (name: string): ParquetField => ({ name, type: "string" });
const itemFields: ParquetField[] = [
  messagesColumn,
  {
    name: "inputs",
    fields: [text("question"), text("option_a"), text("option_b"), text("option_c"), text("option_d")],
  },
  text("outputs"),
  { name: "meta", fields: [{ name: "id", type: "int64" }] },
];
const question = (i: number) => ({
  messages: [
    { role: "user", content: "{question} {option_a} {option_b} {option_c} {option_d}" },
    { role: "bot", content: "Ответ:" },
  ],
  inputs: { question: `Ёж ${i}?`, option_a: "да", option_b: "нет", option_c: "ель", option_d: "🙂" },
  outputs: "ABCD"[i % 4],
  meta: { id: i },
});
const questions = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => question(from + i));
const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const parquet = (...groups: object[][]): Buffer => nestedParquetFile(itemFields, groups);

const fault =
  (code: string, ...parts: string[]) =>
  (error: unknown) => {
    assert.ok(error instanceof LepError, String(error));
    assert.equal(error.code, code);
    assert.equal(error.exitCode, 2);
    for (const part of parts) assert.ok(error.message.includes(part), `${error.message} has no ${part}`);
    return true;
  };

const read = (data: string, name: "ruworldtree" | "mmlu_ru" | "treeway_extractive" = "ruworldtree") =>
  readDataset(data, name, tasks[name]);

test("every layout and format gives the same items", async () => {
  const rows = questions(0, 11);
  const examples = questions(20, 22);
  const own = "ruworldtree";
  const layouts: Record<string, Record<string, string | Buffer>> = {
    "our own, JSON lines": { [`${own}/test.jsonl`]: jsonl(rows), [`${own}/prompt.jsonl`]: jsonl(examples) },
    "our own, parquet": { [`${own}/test.parquet`]: parquet(rows), [`${own}/prompt.parquet`]: parquet(examples) },
    compressed: {
      [`${own}/test.jsonl.gz`]: gzipSync(jsonl(rows)),
      [`${own}/prompt.json`]: jsonl(examples),
    },
    "parts of the hub": {
      [`${own}/test-00001-of-00002.parquet`]: parquet(rows.slice(6)),
      [`${own}/test-00000-of-00002.parquet`]: parquet(rows.slice(0, 2), rows.slice(2, 6)),
      [`${own}/prompt-00000-of-00001.parquet`]: parquet(examples),
      "README.md": "---\nlicense: mit\n---\n",
    },
    "converted by the hub": {
      [`${own}/test/0000.parquet`]: parquet(rows.slice(0, 5)),
      [`${own}/test/0001.parquet`]: parquet(rows.slice(5)),
      [`${own}/prompt/0000.parquet`]: parquet(examples),
    },
    "named by the card": {
      "items/world-of-trees.jsonl": jsonl(rows),
      "items/shots/some.jsonl": jsonl(examples),
      "README.md":
        '---\nconfigs:\n- config_name: other\n  data_files: x.csv\n- config_name: ruworldtree\n  data_files:\n  - split: test\n    path: items/world*.jsonl\n  - split: prompt\n    path: ["items/**/some.jsonl"]\n---\n# Data\n',
    },
    "below the repository's name": {
      [`RefalMachine/darumeru/${own}/test.jsonl`]: jsonl(rows),
      [`RefalMachine/darumeru/${own}/prompt.jsonl`]: jsonl(examples),
    },
    "below the last part of its name": {
      [`darumeru/${own}/test.jsonl`]: jsonl(rows),
      [`darumeru/${own}/prompt.jsonl`]: jsonl(examples),
    },
  };
  const hashes = new Set<string>();
  for (const [name, files] of Object.entries(layouts)) {
    const { test: items, prompt, sha256 } = await read(put(newFolder(), files));
    assert.deepEqual(
      items.map(({ id, inputs, outputs, meta }) => [id, inputs.question, outputs, meta]),
      rows.map(({ inputs, outputs, meta }, i) => [String(i), inputs.question, outputs, meta]),
      name,
    );
    assert.equal(prompt.length, 2, name);
    assert.equal(items[0]!.messages[0]!.content, "Ёж 0? да нет ель 🙂");
    hashes.add(sha256);
  }
  assert.equal(hashes.size, 1);
});

test("rows that serve two data sets are found under the hub's configuration and split names", async () => {
  const row = (subject: string) => ({
    subject,
    question_ru: "Что светит?",
    choices_ru: ["Луна", "Солнце", "Марс", "лёд"],
    question_en: "What shines?",
    choices_en: ["the Moon", "the Sun", "Mars", "ice"],
    answer: 1,
  });
  const strings = (name: string): ParquetField => ({ name, element: text("element") });
  const fields: ParquetField[] = [
    ...[text("subject"), text("question_ru"), strings("choices_ru"), text("question_en"), strings("choices_en")],
    { name: "answer", type: "int64" },
  ];
  const rows = nestedParquetFile(fields, [[row("astronomy"), row("anatomy")]]);
  const article = { src_sents: ["Раз.", "Два.", "Три."], summary_sents: ["Счёт."], extractive_summary: [0, 2] };
  const numbers: ParquetField = { name: "extractive_summary", element: { name: "element", type: "int64" } };
  const articles = nestedParquetFile([strings("src_sents"), strings("summary_sents"), numbers], [[article]]);
  const folder = put(newFolder(), {
    "darumeru/mmlu_nlpcoreteam/test-00000-of-00001.parquet": rows,
    "darumeru/mmlu_nlpcoreteam/dev-00000-of-00001.parquet": rows,
    "daru_treeway_eval/data/test-00000-of-00001.parquet": articles,
    "daru_treeway_eval/data/prompt-00000-of-00001.parquet": articles,
  });
  const { test: items, prompt } = await read(folder, "mmlu_ru");
  assert.deepEqual([items.length, prompt.length, items[1]!.outputs], [2, 2, "B"]);
  const sentences = await read(folder, "treeway_extractive");
  assert.deepEqual(sentences.test[0]!.outputs, [0, 2]);
  assert.equal(sentences.prompt.length, 1);
  assert.equal((await readDataset(folder, "treeway_abstractive", tasks.treeway_abstractive)).test.length, 1);
});

test("a part that is missing, a format that is none and a file that is cut off are named", async () => {
  const parts = put(newFolder(), { "ruworldtree/test-00000-of-00002.parquet": parquet(questions(0, 3)) });
  await assert.rejects(read(parts), fault("benchmark.missing_part", "test-00001-of-00002.parquet"));
  const packed = put(newFolder(), { "ruworldtree/test.parquet.gz": gzipSync(parquet(questions(0, 3))) });
  await assert.rejects(read(packed), fault("benchmark.unknown_format", "test.parquet.gz"));
  const whole = parquet(questions(0, 3));
  for (const bytes of [0, 3, 11, whole.length >> 1, whole.length - 1]) {
    const cut = put(newFolder(), { "ruworldtree/test.parquet": whole.subarray(0, bytes) });
    await assert.rejects(read(cut), fault("corpus.broken_parquet", "test.parquet"));
  }
  const broken = put(newFolder(), {
    "ruworldtree/test-00000-of-00002.jsonl": jsonl(questions(0, 2)),
    "ruworldtree/test-00001-of-00002.jsonl": "{}\n",
  });
  await assert.rejects(read(broken), fault("benchmark.item", "test-00001-of-00002.jsonl: line 1"));
  await assert.rejects(read(newFolder()), fault("benchmark.no_data", "ruworldtree"));
  await assert.rejects(read(put(newFolder(), { "ruworldtree/test.csv": "a,b\n" })), fault("benchmark.no_data"));
});

test("nothing outside of the folder is read", async () => {
  const outside = put(newFolder(), { "test.jsonl": jsonl(questions(0, 3)) });
  for (const name of ["../0", "..", "/etc", "a/b", "", ".hidden", "a\\b"]) {
    assert.throws(() => findDataset(outside, name), fault("benchmark.unsafe_path"));
  }
  const card = (pattern: string): string =>
    `---\nconfigs:\n- config_name: ruworldtree\n  data_files:\n  - split: test\n    path: ${JSON.stringify(pattern)}\n---\n`;
  for (const pattern of ["../*/test.jsonl", "/etc/*.json", "a/../../test.jsonl", "https://host/test.jsonl", "..\\x"]) {
    const folder = put(newFolder(), { "README.md": card(pattern) });
    await assert.rejects(read(folder), fault("benchmark.unsafe_path", "README.md"));
  }
});

test("a card that is broken is named, one without configurations is passed over", async () => {
  const at = (front: string): string => put(newFolder(), { "README.md": `---\n${front}\n---\n` });
  await assert.rejects(read(at("configs: [")), fault("benchmark.dataset_card", "README.md"));
  await assert.rejects(read(at("configs:\n- 3")), fault("benchmark.dataset_card", "configs.0"));
  for (const front of ["license: mit", "", "configs:", "configs:\n- config_name: ruworldtree\n  data_files: x.csv"]) {
    await assert.rejects(read(at(front)), fault("benchmark.no_data"));
  }
  const dotted = put(newFolder(), {
    "README.md": "---\nconfigs:\n- config_name: ruworldtree\n  data_files: [{split: test, path: a+b.jsonl}]\n---\n",
    "a+b.jsonl": jsonl(questions(0, 2)),
    "aab.jsonl": "no JSON",
  });
  assert.equal((await read(dotted)).test.length, 2);
  assert.equal(readFileSync(path.join(dotted, "aab.jsonl"), "utf8"), "no JSON");
});
