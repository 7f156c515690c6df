import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { readPieces } from "../../src/corpus/read-pieces.js";
import { cutText, cutTextStream } from "../../src/tokenizer/cut-text.js";

const text = Array.from({ length: 60_000 }, (_, i) => `Строка ${i}, ${"слово ".repeat(i % 9)}конец.\n`).join("");

async function* inParts(whole: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < whole.length; at += length) yield whole.slice(at, at + length);
}

async function gathered(pieces: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

test("a text that comes in parts is cut where the whole one is", async () => {
  for (const whole of [text, "x".repeat(3_500_000), "", "short"]) {
    const expected = [...cutText(whole)];
    for (const length of [65_536, 777_777, 1e7]) {
      assert.deepEqual(await gathered(cutTextStream(inParts(whole, length))), expected);
    }
  }
});

test("all of the text in order, whatever a document is", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
  try {
    writeFileSync(path.join(folder, "a.txt"), text);
    writeFileSync(path.join(folder, "b.txt"), "Ещё один.");
    const files = [path.join(folder, "*.txt")];
    const all = async (options: object): Promise<string> =>
      (await gathered(readPieces({ files, ...options }))).join("");
    assert.equal(await all({}), `${text}Ещё один.`);
    assert.equal(await all({ documents: "blank_lines" }), `${text.trimEnd()}Ещё один.`);
    assert.equal(await all({ filters: { max_characters: 100 } }), "Ещё один.");
    await assert.rejects(all({ files: [path.join(folder, "*.jsonl")] }), /no corpus file matches/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
