import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { TokenizerError } from "../../src/errors.js";
import { parseTokenizerJson, readTokenizerJson, requireBpe } from "../../src/tokenizer/tokenizer-json.js";
import { addedToken, sampleJson } from "./sample-tokenizers.js";

const parse = (raw: unknown): ReturnType<typeof parseTokenizerJson> => parseTokenizerJson(raw, "x/tokenizer.json");

const faults: [name: string, raw: unknown, message: RegExp][] = [
  ["no object", [], /top level/],
  ["no model", {}, /there is no model/],
  ["unknown model", sampleJson({ model: { type: "Magic" } }), /model\.type.*Magic/],
  ["merge with a missing left part", sampleJson({ tokens: ["ab"], merges: ["ł… b"] }), /merges\[0\].*no token "ł…"/],
  [
    "merge with a missing result",
    sampleJson({ tokens: ["ab"], merges: ["a b", ["a", "c"]] }),
    /merges\[1\].*no token "ac"/,
  ],
  ["merge of three", sampleJson({ tokens: ["ab"], merges: ["a b c"] }), /merges\[0\].*not a pair/],
  ["merge that is a number", sampleJson({ merges: [7] }), /merges\[0\].*not a pair/],
  ["negative id", sampleJson({ model: { vocab: { a: -1 } } }), /vocab\["a"\].*-1 is not an id/],
  ["id that is a text", sampleJson({ model: { vocab: { a: "0" } } }), /vocab\["a"\]/],
  ["same id twice", sampleJson({ model: { vocab: { a: 0, b: 0, c: 2 } } }), /"a" and "b" have the same id 0/],
  ["hole", sampleJson({ model: { vocab: { a: 0, c: 2 } } }), /hole: no token has id 1, and id 2 of "c"/],
  ["id out of range", sampleJson({ model: { vocab: { a: 0, z: 99999 } } }), /id 99999 of "z" is out of range/],
  ["added token without id", sampleJson({ added: [{ content: "<s>" }] }), /added_tokens\[0\]\.id/],
  [
    "added token twice",
    sampleJson({ added: [addedToken(256, "<s>"), addedToken(257, "<s>")] }),
    /added_tokens\[1\].*twice/,
  ],
  [
    "added token against the model",
    sampleJson({ added: [addedToken(256, "a")] }),
    /"a" has id 256 here and \d+ in model\.vocab/,
  ],
  ["two added tokens, one id", sampleJson({ added: [addedToken(256, "<s>"), addedToken(256, "<e>")] }), /same id 256/],
  ["unknown token that is not there", sampleJson({ model: { unk_token: "<unk>" } }), /unk_token.*"<unk>"/],
  [
    "unknown component",
    sampleJson({ pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Telepathy" }] } }),
    /pre_tokenizer\.pretokenizers\[0\].*Telepathy/,
  ],
  // The binding ends the whole process on the next three.
  [
    "right part without its prefix",
    sampleJson({ tokens: ["ab", "##b"], merges: ["a b"], model: { continuing_subword_prefix: "##" } }),
    /merges\[0\].*"b" does not begin with "##"/,
  ],
  ["pieces of length 0", sampleJson({ pre_tokenizer: { type: "FixedLength", length: 0 } }), /pre_tokenizer\.length/],
  [
    "table that may be damaged",
    { ...sampleJson(), normalizer: { type: "Precompiled", precompiled_charsmap: "AAAA" } },
    /table of characters is damaged: it has 3 bytes/,
  ],
];

for (const [name, raw, message] of faults) {
  test(`refused by name: ${name}`, () => {
    assert.throws(
      () => parse(raw),
      (error: unknown) => {
        assert(error instanceof TokenizerError);
        assert.match(error.message, /^x\/tokenizer\.json: /);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("both forms of merges are read alike", () => {
  const texts = parse(sampleJson({ tokens: ["ab", "abc"], merges: ["a b", "ab c"] }));
  const pairs = parse(
    sampleJson({
      tokens: ["ab", "abc"],
      merges: [
        ["a", "b"],
        ["ab", "c"],
      ],
    }),
  );
  assert.deepEqual(texts.merges, pairs.merges);
  assert.equal(texts.size, 258);
});

test("a token called __proto__ is a token like any other", () => {
  const raw: unknown = JSON.parse(JSON.stringify(sampleJson()).replace('"!":0', '"!":0,"__proto__":256'));
  assert.equal(parse(raw).vocabulary.get("__proto__"), 256);
});

test("only a BPE can be built upon, over bytes only a whole one", () => {
  requireBpe(parse(sampleJson()));
  requireBpe(parse(sampleJson({ pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always" } })));
  const suffixed = sampleJson({ model: { end_of_word_suffix: "</w>" } });
  assert.throws(() => requireBpe(parse(suffixed)), /end_of_word_suffix is set/);
  const unigram = { ...sampleJson(), model: { type: "Unigram", vocab: [["a", -1]] }, added_tokens: [] };
  assert.throws(() => requireBpe(parse(unigram)), /not a BPE tokenizer \(model Unigram\)/);
  const [first, ...others] = Object.keys((sampleJson().model as { vocab: object }).vocab).sort();
  const vocab = Object.fromEntries(others.map((token, id) => [token, id]));
  assert.throws(() => requireBpe(parse(sampleJson({ model: { vocab } }))), /no token for the byte 0x/, first);
});

test("a file that is missing or broken is named", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
  try {
    const file = path.join(folder, "tokenizer.json");
    assert.throws(() => readTokenizerJson(file), /tokenizer\.json: the tokenizer cannot be read/);
    writeFileSync(file, '{"model": {');
    assert.throws(() => readTokenizerJson(file), /tokenizer\.json: not valid JSON/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
