import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { openTokenFile } from "../../src/engine/token-file.js";
import { splitParagraphs } from "../../src/pretraining/split-paragraphs.js";
import { tokeniseCorpus } from "../../src/pretraining/tokenise-corpus.js";
import { byteTokenizer } from "../engine/byte-tokenizer.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-tokenise-"));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "text.tokens");

async function* documentsOf(texts: readonly string[]) {
  for (const [index, text] of texts.entries()) yield { text, source: "test", index };
}

const tokenise = (texts: readonly string[], most?: number, signal?: AbortSignal) =>
  tokeniseCorpus(
    { name: "ru", documents: documentsOf(texts), tokenizer: byteTokenizer(), digest: "d", most, file },
    undefined,
    signal,
  );

/** Ids by UTF-8 bytes, 256 in front and 257 behind; marks as the format numbers them. */
function expected(texts: readonly string[]): { ids: number[]; marks: number[] } {
  const ids: number[] = [];
  const marks: number[] = [];
  for (const text of texts.filter((one) => one !== "")) {
    ids.push(256);
    marks.push(2);
    for (const paragraph of splitParagraphs(text)) {
      for (const [i, byte] of Buffer.from(paragraph).entries()) {
        ids.push(byte);
        marks.push(i === 0 ? 1 : 0);
      }
    }
    ids.push(257);
    marks.push(3);
  }
  return { ids, marks };
}

test("documents and their paragraphs, in order, between the marks", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "й", "😀", " ", "\n"), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 8 }), async (texts) => {
      fc.pre(texts.some((one) => one !== ""));
      const head = await tokenise(texts);
      const opened = openTokenFile(file, "d");
      const slice = opened.read(0, head.positions);
      opened.close();
      assert.deepEqual({ ids: [...slice.ids], marks: [...slice.marks] }, expected(texts));
      assert.equal(head.documents, texts.filter((one) => one !== "").length);
      assert.equal(head.characters, [...texts.join("")].length);
      assert.equal(head.tokens, Buffer.byteLength(texts.join("")));
    }),
    { numRuns: 60 },
  );
});

test("batches by number of paragraphs and by size change nothing", async () => {
  const many = Array.from({ length: 5 }, (_, i) => "да\n".repeat(4000 + i));
  const long = Array.from({ length: 3 }, (_, i) => "long line ".repeat(40_000 + i));
  for (const texts of [many, long, [...long, "", ...many]]) {
    const head = await tokenise(texts);
    const opened = openTokenFile(file);
    const { ids, marks } = expected(texts);
    const slice = opened.read(0, head.positions);
    opened.close();
    assert.ok(Buffer.from(slice.marks).equals(Buffer.from(marks)));
    assert.deepEqual(slice.ids, Int32Array.from(ids));
  }
});

test("with `most` no further document is begun, wherever a batch ends", async () => {
  const texts = Array.from({ length: 100 }, (_, i) => `${String(i).padStart(3, "0")}. text\n`.repeat(300));
  const whole = await tokenise(texts);
  const each = whole.tokens / 100;
  const head = await tokenise(texts, 6.5 * each);
  assert.equal(head.documents, 7);
  assert.equal(head.tokens, 7 * each);
  assert.equal((await tokenise(texts, 7 * each)).documents, 7);
  assert.equal((await tokenise(texts, 1)).documents, 1);
  assert.equal((await tokenise(texts, whole.tokens + 1)).content, whole.content);
});

test("a corpus without text, and an interruption, leave nothing", async () => {
  rmSync(file, { force: true });
  await assert.rejects(tokenise(["", ""]), { name: "CorpusError", code: "corpus.empty", message: /ru/ });
  await assert.rejects(tokenise(["text"], undefined, AbortSignal.abort()), { code: "run.interrupted" });
  assert.deepEqual(readdirSync(folder), []);
});
