import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { newRows } from "../../src/pretraining/trained-rows.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { writeTinyTokenizer } from "./tiny-model.js";

let folder: string;
const at = (name: string): string => path.join(folder, name);

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-new-rows-"));
  writeTinyTokenizer(at("old"), ["кот", "the"]);
  writeTinyTokenizer(at("new"), ["коты", "the", "them"]);
});
after(() => rmSync(folder, { recursive: true }));

test("rows are new where the original lacks the token, in whatever order the ids are", async () => {
  const [original, tokenizer] = [await loadTokenizer(at("old")), await loadTokenizer(at("new"))];
  const tokens = newRows(tokenizer, original).flatMap(({ first, end }) =>
    Array.from({ length: end - first }, (_, i) => tokenizer.tokenOf(first + i)!),
  );
  const expected: string[] = [];
  for (let id = 0; id < tokenizer.size; id++) {
    const token = tokenizer.tokenOf(id)!;
    if (original.idOf(token) === undefined) expected.push(token);
  }
  assert.equal(expected.length, 3); // the two bytes of ы after кот, and them
  assert.deepEqual(tokens, expected);
  const ranges = newRows(tokenizer, original);
  for (const [i, { first, end }] of ranges.entries()) assert.ok(first < end && (i === 0 || ranges[i - 1]!.end < first));
});

test("a tokenizer without new tokens is refused", async () => {
  const tokenizer = await loadTokenizer(at("old"));
  assert.throws(() => newRows(tokenizer, tokenizer), { code: "pretraining.no_new_tokens" });
});
