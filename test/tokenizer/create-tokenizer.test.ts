import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Tokenizer as Binding } from "tokenizers";
import { packageRoot } from "../../src/package-root.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { oddTexts } from "./encoder/compare-ids.js";
import { smallBpe, smallUnigram } from "./encoder/small-vocabularies.js";
import { addedToken, sampleJson } from "./sample-tokenizers.js";

const load = (raw: Record<string, unknown>): Tokenizer =>
  createTokenizer(parseTokenizerJson(raw, "sample"), { bosId: undefined, eosIds: [], chatTemplate: undefined });

const decoder = {
  type: "Sequence",
  decoders: [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
    { type: "Strip", content: " ", start: 1, stop: 0 },
  ],
};

const tokenizers: Record<string, Record<string, unknown>> = {
  "byte-level": sampleJson({ tokens: ["bc"], merges: ["b c"], added: [addedToken(257, "<|end|>")] }),
  "SentencePiece BPE": smallBpe({}, { decoder }),
  "SentencePiece Unigram without bytes": smallUnigram({ byte_fallback: false }, { decoder }, { bytes: false }),
  "a decoder that is not known": smallBpe({}, { decoder: { type: "Fuse" } }),
  "a normaliser that only the binding has": {
    ...sampleJson(),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
  },
};

for (const [name, raw] of Object.entries(tokenizers)) {
  test(`ids and round trips as through the binding: ${name}`, async () => {
    const tokenizer = load(raw);
    const peer = Binding.fromString(JSON.stringify(raw));
    // U+0897 is left to the binding, in the middle of a batch.
    const texts = [...oddTexts(300, 10), "<|end|>a", "a\u0897b", "\ufffd", " a", "  a", "a b", "Жё"];
    const expected = await peer.encodeBatch(texts, { addSpecialTokens: false });
    const ids = expected.map((encoding) => encoding.getIds());
    assert.deepEqual(await tokenizer.encodeBatch(texts), ids);
    for (const [i, text] of texts.slice(-7).entries()) assert.deepEqual(await tokenizer.encode(text), ids.at(i - 7));
    const encoded = await tokenizer.encodeBulk(texts);
    assert.deepEqual(Array.from(encoded.ids), ids.flat());
    const back = await tokenizer.comesBack(texts, encoded);
    for (const [i, text] of texts.entries()) {
      assert.equal(back[i] === 1, (await peer.decode(ids[i]!, false)) === text, JSON.stringify(text));
    }
  });
}

test("worker threads do not keep a process from ending", async () => {
  const modules = path.join(packageRoot(), "dist", "src", "tokenizer");
  const script = `
    import { createEncoder } from ${JSON.stringify(path.join(modules, "encoder", "encoder.js"))};
    import { readTokenizerJson } from ${JSON.stringify(path.join(modules, "tokenizer-json.js"))};
    const json = readTokenizerJson(${JSON.stringify(path.join(packageRoot(), "data", "tiny-base", "tokenizer.json"))});
    const encoder = createEncoder(json);
    const { ids } = await encoder.encodeBatch(new Array(8000).fill("one hundred and twenty words ".repeat(8)), 2);
    const start = performance.now();
    console.log(ids.length > 0);
    // Idle workers end after ten seconds anyway; the process does not wait for that.
    process.on("exit", () => console.log(performance.now() - start < 8000));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    timeout: 60_000,
  });
  assert.equal(stdout.trim(), "true\ntrue");
});
