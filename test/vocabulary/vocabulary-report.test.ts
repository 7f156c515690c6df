import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { vocabularyReport } from "../../src/vocabulary/vocabulary-report.js";
import { byteLevelFolder } from "../tokenizer/sample-tokenizers.js";

test("the report's four files hold the same rows", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
  try {
    const text = path.join(folder, "text.txt");
    writeFileSync(text, "ёж и уж\nab\n");
    const out = path.join(folder, "report");
    const name = 'bytes, "plain" | <b>';
    const rows = await vocabularyReport({
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
    };
    assert.deepEqual(rows, [expected]);
    const read = (file: string): string => readFileSync(path.join(out, file), "utf8");
    assert.deepEqual(JSON.parse(read("report.json")), { rows: [expected] });
    const [header, line] = read("report.csv").split("\n");
    assert.equal(header, Object.keys(expected).join(","));
    assert.equal(line, '"bytes, ""plain"" | <b>",mixed,11,16,4,16,0.6875,4,1,0,1');
    assert.match(read("report.md"), /\| bytes, "plain" \\\| <b> \| mixed \| 11 \| 16 \| 4 \| 16 \| 0\.688 \|/);
    const html = read("report.html");
    assert(html.includes("&lt;b&gt;") && !html.includes("<b>") && html.includes("<svg"));
    await assert.rejects(
      vocabularyReport({
        tokenizers: { a: byteLevelFolder },
        corpora: { a: { files: [text] } },
        out: path.join(text, "x"),
      }),
      /cannot be written/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
