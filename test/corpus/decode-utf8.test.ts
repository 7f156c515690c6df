import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeUtf8, firstInvalidByte } from "../../src/corpus/decode-utf8.js";
import { createRandom } from "../../src/random.js";

const random = createRandom(7);
// Bytes at the borders of UTF-8's ranges come up far more often than chance would have it.
const borders = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5];

test("the first invalid byte is where the platform's decoder stops accepting a prefix", () => {
  const accepts = (bytes: Uint8Array): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  for (let trial = 0; trial < 20_000; trial++) {
    const bytes = Uint8Array.from({ length: 1 + random.below(6) }, () => borders[random.below(borders.length)]!);
    const at = firstInvalidByte(bytes);
    assert.equal(at === bytes.length, accepts(bytes), Buffer.from(bytes).toString("hex"));
    assert.ok(accepts(bytes.subarray(0, at)));
  }
});

test("text does not depend on where the pieces end", async () => {
  const text = "\uFEFFaя€𝄞\r\n".repeat(40);
  const bytes = Buffer.from(text);
  for (let trial = 0; trial < 200; trial++) {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + random.below(5));
        yield bytes.subarray(at, end);
        at = end;
      }
    }
    let decoded = "";
    for await (const piece of decodeUtf8(pieces(), "test")) decoded += piece;
    assert.equal(decoded, text.slice(1));
  }
});
