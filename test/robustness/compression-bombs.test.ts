/** Small files that stand for large ones: streams stay small, and what is kept as a whole has a bound. */
import assert from "node:assert/strict";
import { createWriteStream, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { createGzip, gzipSync } from "node:zlib";
import { openBytes } from "../../src/corpus/open-bytes.js";
import { readPrompts } from "../../src/corpus/prompts.js";
import { zstdBomb } from "../fuzz/zstd-frame.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { refuses } from "./expect-refusal.js";
import { runLimited } from "./limited-memory.js";

const folder = temporaryFolder();
const file = (name: string, bytes: Uint8Array): string => {
  const place = path.join(folder, name);
  writeFileSync(place, bytes);
  return place;
};

const line = Buffer.from(`${JSON.stringify({ prompt: "x".repeat(1000) })}\n`);

/** `count` times the same line. */
async function gzipBomb(name: string, count: number): Promise<string> {
  const place = path.join(folder, name);
  async function* lines(): AsyncGenerator<Buffer> {
    const many = Buffer.concat(new Array<Buffer>(1000).fill(line));
    for (let i = 0; i < count; i += 1000) yield many;
  }
  await pipeline(lines(), createGzip({ level: 1 }), createWriteStream(place));
  return place;
}

test("a .gz and a .zst come in small pieces, whatever they stand for", async () => {
  const gz = file("a.txt.gz", gzipSync(Buffer.alloc(64 << 20)));
  const zst = file("a.txt.zst", zstdBomb(0x61, 512));
  for (const [place, compression, step] of [
    [gz, "gz", 1 << 16],
    [zst, "zst", 1 << 17],
  ] as const) {
    assert.ok(statSync(place).size < 400_000);
    let [bytes, largest] = [0, 0];
    for await (const piece of openBytes({ path: place, compression, format: "txt" })) {
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    }
    assert.equal(bytes, 64 << 20);
    assert.ok(largest <= step, `${compression}: ${largest}`);
  }
});

test("a corpus of 400 MB behind a small .gz is read with little memory", async () => {
  const place = await gzipBomb("corpus.jsonl.gz", 400_000);
  const code = `
    import { readJsonl } from "src/corpus/jsonl.js";
    let lines = 0;
    for await (const _ of readJsonl(process.argv[1])) lines++;
    console.log(lines, process.resourceUsage().maxRSS < 250 * 1024);`;
  const { stdout, stderr } = runLimited(code, 64, [place]);
  assert.equal(stdout, "400000 true\n", stderr.slice(-500));
});

test("prompts are kept as a whole: a small file of too many is refused by name", async () => {
  const place = await gzipBomb("prompts.jsonl.gz", 140_000);
  assert.ok(statSync(place).size < 4_000_000);
  await refuses(() => readPrompts([place]), "corpus.too_large", `${place}: line `);
});

test("a zstd frame cannot ask for gigabytes, nor a block for megabytes", async () => {
  const frame = zstdBomb(0x61, 3);
  const large = Buffer.from(frame);
  // Window of 2^40 bytes.
  large[5] = 30 << 3;
  const single = Buffer.concat([frame.subarray(0, 4), Buffer.of(0xa0, 0, 0, 0, 0x70), frame.subarray(6)]);
  const block = Buffer.from(frame);
  block.writeUIntLE((((1 << 21) - 1) << 3) | 2, 6, 3);
  for (const [name, bytes, said] of [
    ["window", large, /a window of 1099511627776 bytes/],
    ["size", single, /a window of 1879048192 bytes/],
    ["block", block, /a block of 2097151 bytes/],
  ] as const) {
    const place = file(`${name}.txt.zst`, bytes);
    await refuses(() => drain(place), "corpus.broken_compression", said);
    await refuses(() => drain(place), "corpus.broken_compression", place);
  }
});

async function drain(place: string): Promise<void> {
  for await (const _ of openBytes({ path: place, compression: "zst", format: "txt" }));
}
