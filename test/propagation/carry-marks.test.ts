import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { TokenizerError } from "../../src/errors.js";
import { carryMarks } from "../../src/propagation/carry-marks.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { writeSmallTokenizer } from "./small-tokenizer.js";

const root = mkdtempSync(path.join(os.tmpdir(), "lep-marks-"));
after(() => rmSync(root, { recursive: true, force: true }));

type Json = Record<string, unknown>;
const read = (folder: string, name: string): Json => JSON.parse(readFileSync(path.join(folder, name), "utf8"));

function change(folder: string, name: string, edit: (json: Json) => void): void {
  const json = read(folder, name);
  edit(json);
  writeFileSync(path.join(folder, name), JSON.stringify(json));
}

const template = (token: string, id: number): Json => ({
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
  special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
});

const [instruct, to] = [path.join(root, "instruct"), path.join(root, "to")];
writeSmallTokenizer(instruct, { words: ["one"], added: ["<s>", "<|im_end|>", "<tool>"] });
writeSmallTokenizer(to, { words: ["one", "слово"], added: ["<|im_end|>", "<s>", "<tool>"] });
const old = await loadTokenizer(instruct);
const before = await loadTokenizer(to);
change(instruct, "tokenizer.json", (json) => {
  json.post_processor = template("<s>", old.idOf("<s>")!);
  const added = json.added_tokens as { content: string; special: boolean; rstrip: boolean }[];
  Object.assign(added.find(({ content }) => content === "<tool>")!, { special: false, rstrip: true });
});
change(to, "tokenizer_config.json", (json) => {
  json.added_tokens_decoder = { 0: { content: "stale" } };
});

test("the instruct model's post-processor and flags, with the ids of the new vocabulary", async () => {
  carryMarks(instruct, to);
  const tokenizer = await loadTokenizer(to);
  const id = before.idOf("<s>")!;
  assert.notEqual(id, old.idOf("<s>"));
  assert.deepEqual(read(to, "tokenizer.json").post_processor, template("<s>", id));
  assert.equal(tokenizer.bosId, id);
  for (const text of ["one слово<|im_end|>", "привет"]) {
    assert.deepEqual(await tokenizer.encode(text), await before.encode(text));
  }
  // The space behind it belongs to a token with rstrip.
  assert.equal((await tokenizer.encode("<tool>  one")).length, (await before.encode("<tool>one")).length);
  const tool = before.idOf("<tool>")!;
  const decoder = read(to, "tokenizer_config.json").added_tokens_decoder as Record<string, Json>;
  assert.deepEqual(Object.keys(decoder).length, 3);
  const { special, rstrip } = decoder[tool]!;
  assert.deepEqual({ special, rstrip }, { special: false, rstrip: true });
});

test("a post-processor that names a token which is gone is refused", () => {
  writeSmallTokenizer(path.join(root, "lacks"), { words: ["one"], added: ["<|im_end|>"] });
  assert.throws(
    () => carryMarks(instruct, path.join(root, "lacks")),
    (error: unknown) => error instanceof TokenizerError && error.code === "tokenizer.lost_token",
  );
});
