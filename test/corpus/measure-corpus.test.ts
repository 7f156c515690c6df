import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { measureCorpus } from "../../src/corpus/measure-corpus.js";
import { createRandom } from "../../src/random.js";
import { parquetFile } from "./parquet-file.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-measure-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

/** Lines that do not pack into nothing. */
function lines(count: number, seed: number): string[] {
  const random = createRandom(seed);
  const word = (): string => Array.from({ length: 4 }, () => "абвгдежзиклмн"[random.below(13)]).join("");
  return Array.from({ length: count }, () => `${Array.from({ length: 12 }, word).join(" ")}\n`);
}

test("a small corpus is read: its characters are exact", async () => {
  writeFileSync(at("small.txt"), "корова 😀\n");
  const measured = await measureCorpus({ files: [at("small.txt")] }, 1000);
  assert.deepEqual(measured, {
    ...{ files: 1, bytes: 18, texts: ["корова 😀\n"], read: 9, characters: 9, complete: true },
  });
});

test("of a large one some is read, and the rest estimated within a few per cent, in every format", async () => {
  const text = lines(20_000, 1);
  const whole = text.join("");
  writeFileSync(at("a.txt"), whole);
  writeFileSync(at("b.txt.gz"), gzipSync(whole));
  writeFileSync(at("c.jsonl"), text.map((line) => `${JSON.stringify({ id: 1, text: line })}\n`).join(""));
  writeFileSync(at("d.jsonl.gz"), gzipSync(text.map((line) => `${JSON.stringify({ text: line })}\n`).join("")));
  writeFileSync(at("e.parquet"), parquetFile([text.slice(0, 10_000), text.slice(10_000)]));
  for (const name of ["a.txt", "b.txt.gz", "c.jsonl", "d.jsonl.gz", "e.parquet"]) {
    const measured = await measureCorpus({ files: [at(name)], documents: "blank_lines" }, 20_000);
    assert.equal(measured.complete, false, name);
    const ratio = measured.characters / whole.length;
    assert.ok(Math.abs(ratio - 1) < 0.05, `${name}: ${ratio}`);
    if (name !== "a.txt" && name !== "b.txt.gz") assert.ok(measured.read < whole.length / 10, name);
  }
});

test("what the filters leave out does not count", async () => {
  const text = lines(4000, 2).map((line, i) => JSON.stringify({ text: i % 2 === 0 ? line : "short" }));
  writeFileSync(at("filtered.jsonl"), `${text.join("\n")}\n`);
  const measured = await measureCorpus({ files: [at("filtered.jsonl")], filters: { min_characters: 20 } }, 10_000);
  assert.ok(Math.abs(measured.characters / (2000 * 60) - 1) < 0.05, String(measured.characters));
});

test("files that are not there are said so", async () => {
  await assert.rejects(measureCorpus({ files: [at("nothing.txt")] }, 10), { code: "corpus.not_found" });
});
