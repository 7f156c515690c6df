import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Tokenizer } from "tokenizers";
import type { NewVocabulary } from "../../src/tokenizer/format-tokenizer-json.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { copyTokenizerFiles, writeTokenizerFolder } from "../../src/tokenizer/write-tokenizer.js";
import { addedToken, byteLevelFolder, sampleJson } from "./sample-tokenizers.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const json = (...names: string[]): Record<string, never> =>
  JSON.parse(readFileSync(path.join(folder, ...names), "utf8"));

const template = {
  type: "Sequence",
  processors: [
    { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
    {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "<s>": { id: "<s>", ids: [256], tokens: ["<s>"] } },
    },
  ],
};
const base = parseTokenizerJson(
  { ...sampleJson({ added: [addedToken(256, "<s>")] }), post_processor: template },
  "sample",
);

/** `__proto__` and digits are the tokens that a careless JSON writer loses or moves. */
const tokens = ["ab", "__", "__proto", "__proto__"];
const merges = [
  ["a", "b"],
  ["_", "_"],
] as const;
const changed = (specialId: number): NewVocabulary => ({
  vocabulary: new Map([
    ...base.vocabulary,
    ...tokens.map((token, i): [string, number] => [token, (specialId === 256 ? 257 : 256) + i]),
  ]),
  merges,
  addedTokens: [{ ...base.addedTokens[0]!, id: specialId }],
});
const facts = { method: "extended", size: 261, kept: 257, added: 4, removed: 0 };

for (const specialId of [256, 260]) {
  test(`ids as asked for, the added token ${specialId === 256 ? "before" : "behind"} the new ones`, async () => {
    const out = path.join(folder, `made-${specialId}`);
    await writeTokenizerFolder(out, base, undefined, changed(specialId), facts);
    const tokenizer = await loadTokenizer(out);
    assert.equal(tokenizer.idOf("__proto__"), specialId === 256 ? 260 : 259);
    assert.equal(tokenizer.idOf("0"), base.vocabulary.get("0"));
    assert.equal(tokenizer.bosId, specialId);
    const peer = Tokenizer.fromFile(path.join(out, "tokenizer.json"));
    const [b, ab] = [peer.tokenToId("b"), peer.tokenToId("ab")];
    // With special tokens: the post-processor has moved with the id.
    assert.deepEqual((await peer.encode("abb<s>")).getIds(), [specialId, ab, b, specialId]);
    assert.deepEqual(await tokenizer.encode("abb<s>"), [ab, b, specialId]);
    assert.deepEqual(json(`made-${specialId}`, "vocabulary.json"), facts);
    assert.deepEqual(json(`made-${specialId}`, "special_tokens_map.json"), { bos_token: "<s>" });
    const config = json(`made-${specialId}`, "tokenizer_config.json");
    assert.deepEqual(Object.keys(config.added_tokens_decoder!), [String(specialId)]);
  });
}

test("what does not do what it should is not written", async () => {
  const out = path.join(folder, "wrong");
  await assert.rejects(
    writeTokenizerFolder(out, base, undefined, changed(256), { ...facts, size: 300 }),
    /261 ids and not 300/,
  );
  const lost: NewVocabulary = { ...changed(256), merges: [["a", "z"]] };
  await assert.rejects(writeTokenizerFolder(out, base, undefined, lost, facts), /merges\[0\]/);
  assert.equal(existsSync(out), false);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes("partial")),
    [],
  );
});

test("a folder with other things in it is left alone", async () => {
  const out = path.join(folder, "in-use");
  mkdirSync(out);
  writeFileSync(path.join(out, "model.safetensors"), "weights");
  await assert.rejects(
    writeTokenizerFolder(out, base, undefined, changed(256), facts),
    /holds more than a tokenizer \(model\.safetensors\)/,
  );
  assert.deepEqual(readdirSync(out), ["model.safetensors"]);
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  await assert.rejects(writeTokenizerFolder(file, base, undefined, changed(256), facts), /not a folder/);
  await assert.rejects(
    writeTokenizerFolder(path.join(file, "below"), base, undefined, changed(256), facts),
    /cannot be written|not a folder/,
  );
});

test("all files of a tokenizer are copied, and no old ones stay", () => {
  const to = path.join(folder, "copy");
  mkdirSync(to);
  writeFileSync(path.join(to, "chat_template.jinja"), "old");
  writeFileSync(path.join(to, "config.json"), "{}");
  copyTokenizerFiles(byteLevelFolder, to);
  assert.deepEqual(readdirSync(to).sort(), ["config.json", ...readdirSync(byteLevelFolder)].sort());
  const other = path.join(folder, "other-name.json");
  cpSync(path.join(byteLevelFolder, "tokenizer.json"), other);
  copyTokenizerFiles(other, to);
  assert.deepEqual(readdirSync(to).sort(), ["config.json", "tokenizer.json"]);
  assert.throws(() => copyTokenizerFiles(folder, to), /no tokenizer\.json/);
});
