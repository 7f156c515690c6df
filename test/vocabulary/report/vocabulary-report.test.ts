import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { vocabularyReport } from "../../../src/vocabulary/report/vocabulary-report.js";
import { byteLevelFolder } from "../../tokenizer/sample-tokenizers.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-report-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const text = path.join(folder, "text.txt");
writeFileSync(text, "ёж и уж\nab\n");

test("the report's four files hold the same rows", async () => {
  const out = path.join(folder, "report");
  const name = 'bytes, "plain" | <b>';
  const { rows } = await vocabularyReport({
    tokenizers: { [name]: byteLevelFolder },
    corpora: { mixed: { files: [text] } },
    out,
  });
  const expected = {
    tokenizer: name,
    corpus: "mixed",
    characters: 11,
    bytes: 16,
    words: 4,
    tokens: 16,
    symbols_per_token: 11 / 16,
    tokens_per_word: 4,
    bytes_per_token: 1,
    unknown_tokens: 0,
    lossless_share: 1,
    letter_words: 4,
    one_token_words: 0,
    token_lengths: [10, 6],
  };
  assert.deepEqual(rows, [expected]);
  const read = (file: string): string => readFileSync(path.join(out, file), "utf8");
  const json = JSON.parse(read("report.json"));
  assert.deepEqual(json.rows, [expected]);
  assert.deepEqual(json.corpora, [{ corpus: "mixed", script: "Cyrillic" }]);
  assert.deepEqual(json.tokenizers[0].script_tokens, { Cyrillic: 0 });
  assert.deepEqual(
    json.examples.map((example: { text: string }) => example.text),
    ["ёж и уж", "ab"],
  );
  assert.deepEqual(json.examples[1].cuts[0].tokens, [
    { id: 64, text: "a" },
    { id: 65, text: "b" },
  ]);
  const [header, line] = read("report.csv").split("\n");
  const columns = Object.keys(expected).filter((key) => key !== "token_lengths");
  assert.ok(header?.startsWith(`${columns.join(",")},tokens_of_length_part,tokens_of_length_1,`));
  assert.ok(line?.startsWith('"bytes, ""plain"" | <b>",mixed,11,16,4,16,0.6875,4,1,0,1,4,0,10,6,0'));
  assert.match(read("report.md"), /\| bytes, "plain" \\\| \\<b> \| mixed \| 11 \| 16 \| 4 \| 16 \| 0\.688 \|/);
  assert.match(read("report.md"), /<D1>\|<91>\|<D0>\|<B6>\|·\|/);
  const html = read("report.html");
  assert(html.includes("&lt;b&gt;") && html.includes("<svg") && html.includes("D1"));
  assert.doesNotMatch(html, /<b> |"plain" \||https?:|<script/);
});

test("many tokenizers and corpora: every pair has a row, every sentence every cut", async () => {
  const names = Array.from({ length: 14 }, (_, i) => `tokenizer ${i} with a name that is too long for any chart`);
  const report = await vocabularyReport({
    tokenizers: Object.fromEntries(names.map((name) => [name, byteLevelFolder])),
    corpora: { "<a&b>": { files: [text] }, second: { files: [text] } },
    out: path.join(folder, "many"),
  });
  assert.equal(report.rows.length, 28);
  for (const { cuts } of report.examples) assert.equal(cuts.length, 14);
  const html = readFileSync(path.join(folder, "many", "report.html"), "utf8");
  assert.ok(!html.includes("<a&b>") && html.includes("&lt;a&amp;b&gt;"));
  assert.doesNotMatch(html, /NaN|undefined|Infinity/);
});

test("a folder that cannot be written is named", async () => {
  const report = vocabularyReport({
    tokenizers: { a: byteLevelFolder },
    corpora: { a: { files: [text] } },
    out: path.join(text, "x"),
  });
  await assert.rejects(report, /cannot be written/);
});
