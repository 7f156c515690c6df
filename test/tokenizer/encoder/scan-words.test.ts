import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../../src/random.js";
import { scannedPatterns, scannerOf } from "../../../src/tokenizer/encoder/scan-words.js";
import { compilePattern } from "../../../src/tokenizer/pattern.js";
import { oddTexts } from "./compare-ids.js";

function scanned(pattern: string, text: string): string[] {
  const scan = scannerOf(pattern)!;
  const units = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const words: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = scan(units, at, text.length);
    words.push(text.slice(at, end));
    at = end;
  }
  return words;
}

for (const pattern of scannedPatterns) {
  test(`a scanner cuts like its expression: ${pattern}`, () => {
    const expression = compilePattern(pattern);
    const random = createRandom(2);
    const anything = Array.from({ length: 4000 }, () =>
      String.fromCodePoint(random.below(4) > 0 ? random.below(0xd800) : 0xe000 + random.below(0x30000 - 0xe000)),
    );
    const texts = oddTexts(4000, 16).concat(oddTexts(2000, 16, anything), oddTexts(2000, 9, [..." \n\r\t'sSLlDaé1.½"]));
    for (const text of texts) {
      const whole = Buffer.from(text).toString();
      assert.deepEqual(scanned(pattern, whole), whole.match(expression) ?? [], JSON.stringify(whole));
    }
  });
}

test("another pattern has no scanner", () => assert.equal(scannerOf("\\w+"), undefined));
