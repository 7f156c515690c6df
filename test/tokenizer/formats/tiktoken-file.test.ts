import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { TokenizerError } from "../../../src/errors.js";
import { packageRoot } from "../../../src/package-root.js";
import { bytesOfToken } from "../../../src/tokenizer/byte-level.js";
import { looksLikeTiktoken, parseTiktoken } from "../../../src/tokenizer/formats/tiktoken-file.js";
import { loadTokenizer, readTokenizer } from "../../../src/tokenizer/load-tokenizer.js";
import type { TokenizerJson } from "../../../src/tokenizer/tokenizer-json.js";
import { copyTokenizerFiles } from "../../../src/tokenizer/write-tokenizer.js";
import { mixedParts, mixedTexts, oddTexts } from "./sample-models.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const texts = [...oddTexts, ...mixedTexts([...mixedParts, "the", " ship", "кораб", "ль", "123", "\r\n"], 300)];

const linesOf = (json: TokenizerJson): string[] =>
  [...json.vocabulary]
    .filter(([token]) => !json.addedTokens.some(({ content }) => content === token))
    .sort(([, a], [, b]) => a - b)
    .map(([token, rank]) => `${Buffer.from(bytesOfToken(token)!).toString("base64")} ${rank}`);

const tiny = readTokenizer(path.join(packageRoot(), "data", "tiny-base"));
const tinyLines = linesOf(tiny);
const write = (name: string, lines: readonly string[]): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
};

test("the embedded vocabulary through a tiktoken file: the same ids", async () => {
  const tokenizer = await loadTokenizer(write("tiny.tiktoken", tinyLines));
  assert.equal(tokenizer.size, tinyLines.length);
  const original = await loadTokenizer(path.join(packageRoot(), "data", "tiny-base"));
  assert.deepEqual(await tokenizer.encodeBatch([...texts]), await original.encodeBatch([...texts]));
  assert.equal(tokenizer.bosId, undefined);
  assert.equal(tokenizer.addedIds.size, 0);
});

/** tiktoken's own way, written out anew: the pair of lowest rank until there is none, whole words first. */
function bytePairs(word: Buffer, ranks: ReadonlyMap<string, number>): number[] {
  const whole = ranks.get(word.toString("latin1"));
  if (whole !== undefined) return [whole];
  const parts = [...word].map((byte) => String.fromCharCode(byte));
  for (;;) {
    const joined = parts.slice(1).map((part, i) => ranks.get(parts[i]! + part) ?? Number.POSITIVE_INFINITY);
    const lowest = Math.min(...joined, Number.POSITIVE_INFINITY);
    if (lowest === Number.POSITIVE_INFINITY) return parts.map((part) => ranks.get(part)!);
    const at = joined.indexOf(lowest);
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
}

test("tokens that no merges lead to are found as words, and other splits count inside of words", async () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));
  const more = ["ab", "bc", "cd", "abcd", "xabcdx", ".:", ":.", ".:.:", "zz", "zzz"].map((text) => Buffer.from(text));
  const tokens = [...bytes, ...more];
  const ranks = new Map(tokens.map((token, rank) => [token.toString("latin1"), rank]));
  const file = write(
    "odd.tiktoken",
    tokens.map((token, rank) => `${token.toString("base64")} ${rank}`),
  );
  const tokenizer = await loadTokenizer(file);
  const words = ["abcd", "abc", "bcd", ".:.:", ".:.:.:", "xabcdx", "xabcd", "zzzz", "zzzzz", "azzz", "dcba"];
  for (const word of words) {
    assert.deepEqual(await tokenizer.encode(word), bytePairs(Buffer.from(word), ranks), word);
  }
});

test("special tokens and roles from tokenizer_config.json beside the file; recognised whatever it is called", async () => {
  const config = {
    bos_token: "<|begin|>",
    eos_token: { content: "<|end|>" },
    added_tokens_decoder: {
      [tinyLines.length]: { content: "<|begin|>", special: true },
      [tinyLines.length + 1]: { content: "<|end|>", special: true },
    },
  };
  const file = write("llama-3/tokenizer.model", tinyLines);
  writeFileSync(path.join(folder, "llama-3", "tokenizer_config.json"), JSON.stringify(config));
  for (const place of [file, path.dirname(file)]) {
    const tokenizer = await loadTokenizer(place);
    assert.equal(tokenizer.size, tinyLines.length + 2);
    assert.equal(tokenizer.bosId, tinyLines.length);
    assert.deepEqual(tokenizer.eosIds, [tinyLines.length + 1]);
    assert.deepEqual((await tokenizer.encode("<|begin|>the")).slice(0, 1), [tinyLines.length]);
  }
  const to = path.join(folder, "copied");
  copyTokenizerFiles(file, to);
  assert.deepEqual(readdirSync(to).sort(), ["tokenizer.json", "tokenizer_config.json"]);
  const copied = await loadTokenizer(to);
  assert.deepEqual(await copied.encodeBatch([...texts]), await (await loadTokenizer(file)).encodeBatch([...texts]));
});

test("a fault names the line", () => {
  const fault = (lines: readonly string[]): string => {
    try {
      parseTiktoken(Buffer.from(lines.join("\n")), "x.tiktoken");
    } catch (error) {
      assert.ok(error instanceof TokenizerError);
      return error.message;
    }
    return assert.fail("nothing was thrown");
  };
  const changed = (i: number, line: string): string[] => tinyLines.map((old, at) => (at === i ? line : old));
  assert.match(fault(changed(9, "nothing")), /x\.tiktoken: line 10: expected a token in base64/);
  assert.match(fault(changed(9, "QR== 9")), /line 10: QR== is not base64/);
  assert.match(fault(changed(9, tinyLines[3]!)), /line 10: the token is in line 4 already/);
  assert.match(fault(changed(300, "AAAAAAAA 5")), /line 301: the rank 5 is in line 6 already/);
  assert.match(fault(changed(300, "AAAAAAAA 999999999")), /no line has the rank 300, and the highest is 999999999/);
  assert.match(fault(["QUI= 0"]), /none is the byte 0x00 alone/);
  assert.match(fault([""]), /there are no tokens/);
  assert.equal(looksLikeTiktoken(Buffer.from('{"version": "1.0"}')), false);
});

const llama3 = path.join(packageRoot(), "..", "shared", "tokenizers", "llama-3", "tokenizer.json");
test("LLaMa-3's merges come back whole", { skip: existsSync(llama3) ? false : "no LLaMa-3 tokenizer here" }, () => {
  const json = readTokenizer(llama3);
  const made = parseTiktoken(Buffer.from(linesOf(json).join("\n")), "made");
  assert.equal(made.merges.length, json.merges.length);
  const key = ([left, right]: readonly [string, string]): string => `${left} ${right}`;
  assert.deepEqual(new Set(made.merges.map(key)), new Set(json.merges.map(key)));
  assert.deepEqual(made.preTokenizer, json.preTokenizer);
  assert.ok(readFileSync(llama3).length > 0);
});
