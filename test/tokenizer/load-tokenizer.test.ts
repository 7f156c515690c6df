import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { addedToken, byteLevelFolder, sampleJson } from "./sample-tokenizers.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: unknown): string => {
  const file = path.join(folder, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
};

const special = [addedToken(257, "<s>"), addedToken(258, "</s>"), addedToken(259, "<end>")];
const json = sampleJson({ tokens: ["ab"], merges: ["a b"], added: special });

test("the shipped byte-level tokenizer: no special token is ever added, and any text comes back", async () => {
  const tokenizer = await loadTokenizer(byteLevelFolder);
  assert.equal(tokenizer.size, 261);
  const text = "Ёж & 漢 \u0000 😀\r\n <|eot_id|>";
  const ids = await tokenizer.encode(text);
  assert.equal(ids.includes(tokenizer.bosId!), false);
  assert.equal(ids.at(-1), tokenizer.idOf("<|eot_id|>"));
  assert.equal(await tokenizer.decode(ids), text);
  assert.equal(await tokenizer.decode(ids, true), text.replace("<|eot_id|>", ""));
  assert.deepEqual(await tokenizer.encodeBatch([text, "", "a"]), [ids, [], [tokenizer.idOf("a")]]);
});

test("bytes of ordinary tokens; none for added tokens and for ids that are not there", async () => {
  const tokenizer = await loadTokenizer(byteLevelFolder);
  assert.deepEqual(tokenizer.bytesOf(tokenizer.idOf("Ġ")!), Uint8Array.of(0x20));
  assert.equal(tokenizer.bytesOf(tokenizer.bosId!), undefined);
  assert.equal(tokenizer.bytesOf(100_000), undefined);
  await assert.rejects(async () => tokenizer.decode([-1]), /-1 at place 0/);
});

test("roles and the chat template come from the files beside tokenizer.json", async () => {
  write("tokenizer.json", json);
  write("tokenizer_config.json", { bos_token: { content: "<s>" }, eos_token: "</s>", chat_template: "config" });
  write("generation_config.json", { eos_token_id: [258, 259] });
  let tokenizer = await loadTokenizer(folder);
  assert.equal(tokenizer.bosId, 257);
  assert.deepEqual(tokenizer.eosIds, [258, 259]);
  assert.equal(tokenizer.chatTemplate, "config");
  assert.deepEqual([...tokenizer.addedIds], [257, 258, 259]);
  write("chat_template.jinja", "file");
  write("generation_config.json", { eos_token_id: 259 });
  tokenizer = await loadTokenizer(folder);
  assert.equal(tokenizer.chatTemplate, "file");
  assert.deepEqual(tokenizer.eosIds, [258, 259]);
  write("generation_config.json", { eos_token_id: 4000 });
  await assert.rejects(loadTokenizer(folder), /generation_config\.json: eos_token_id: no token has id 4000/);
  write("generation_config.json", {});
  write("tokenizer_config.json", { bos_token: "<start>" });
  await assert.rejects(loadTokenizer(folder), /tokenizer_config\.json: bos_token.*"<start>"/);
  write("tokenizer_config.json", "{");
  await assert.rejects(loadTokenizer(folder), /tokenizer_config\.json: not valid JSON/);
});

test("a file asks for truncation: nothing is cut", async () => {
  const truncation = { direction: "Right", max_length: 2, strategy: "LongestFirst", stride: 0 };
  const tokenizer = await loadTokenizer(write("cut.json", { ...json, truncation }));
  assert.equal((await tokenizer.encode("xyzxyz")).length, 6);
});

test("what cannot be loaded is said", async () => {
  await assert.rejects(loadTokenizer(path.join(folder, "nowhere")), /there is no such file or folder/);
  await assert.rejects(loadTokenizer(tmpdir()), /there is no tokenizer\.json and no tokenizer\.model/);
  await assert.rejects(loadTokenizer(write("tokenizer.model", "x")), /tokenizer\.model: its start: cut off/);
  const broken = sampleJson({
    pre_tokenizer: { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated", invert: false },
  });
  await assert.rejects(loadTokenizer(write("broken.json", broken)), /broken\.json: /);
  const pieces = {
    type: "Unigram",
    vocab: [
      ["a", -1],
      ["b", -2],
    ],
  };
  const unigram = await loadTokenizer(write("unigram.json", { ...sampleJson(), pre_tokenizer: null, model: pieces }));
  await assert.rejects(unigram.encode("xyz"), /unigram\.json: .*unknown/);
});
