import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { openBytes } from "../../src/corpus/open-bytes.js";
import { createRandom } from "../../src/random.js";
import { mutateBytes } from "./mutate-bytes.js";
import { mutatedInput } from "./mutate-input.js";
import { mutateJson } from "./mutate-json.js";
import { one } from "./seed-folder.js";
import { zstdFrame } from "./zstd-frame.js";

test("an input follows from seed and number, and what it is made of stays as it is", () => {
  const content = Buffer.from('{"a": [1, 2, {"b": "c"}], "d": null}');
  fc.assert(
    fc.property(fc.nat(), fc.nat(1000), (seed, index) => {
      const seeds = [one("a.json", content), one("b.bin", content)];
      const [first, again] = [mutatedInput(seeds, "r", seed, index), mutatedInput(seeds, "r", seed, index)];
      assert.deepEqual(first, again);
      assert.deepEqual(seeds, [one("a.json", content), one("b.bin", content)]);
    }),
    { numRuns: 200 },
  );
});

test("most inputs differ from the valid one, and no two numbers give the same series", () => {
  const seeds = [one("a.txt", "one\ntwo\nthree\n")];
  const series = (seed: number) =>
    Array.from({ length: 200 }, (_, i) => JSON.stringify([...mutatedInput(seeds, "r", seed, i)]));
  const [first, second] = [series(1), series(2)];
  assert.notDeepEqual(first, second);
  assert.ok(new Set(first).size > 120, String(new Set(first).size));
});

test("bytes are damaged, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), (bytes, seed) => {
      const before = Buffer.from(bytes);
      assert.ok(mutateBytes(bytes, createRandom(seed)) instanceof Uint8Array);
      assert.deepEqual(Buffer.from(bytes), before);
    }),
  );
});

test("JSON gets keys of prototypes, depth, numbers at their edges and what JSON forbids, and pollutes nothing here", () => {
  const text = '{"a": {"b": [1, {"c": "d"}]}, "e": "f", "g": 2}';
  const made = Array.from({ length: 3000 }, (_, seed) => mutateJson(text, createRandom(seed))!);
  for (const part of ["__proto__", "constructor", "[".repeat(1000), "1e999", "NaN", "9007199254740992", "\\ud800"]) {
    assert.ok(
      made.some((one) => one.includes(part)),
      part,
    );
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  assert.equal(mutateJson("no JSON", createRandom(1)), undefined);
});

test("what is compressed is damaged inside as well", () => {
  const seeds = [one("a.txt.gz", gzipSync("one\ntwo\nthree\n"))];
  let readable = 0;
  for (let i = 0; i < 100; i++) {
    const content = mutatedInput(seeds, "r", 1, i).get("a.txt.gz");
    if (content === undefined || content === "folder") continue;
    try {
      if (gunzipSync(content).toString() !== "one\ntwo\nthree\n") readable++;
    } catch {
      // Damaged outside.
    }
  }
  assert.ok(readable > 20 && readable < 90, String(readable));
});

test("a zstd frame of ours is one to the reader", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lep-zstd-"));
  try {
    const content = Buffer.from("text ".repeat(60_000));
    writeFileSync(path.join(folder, "a.zst"), zstdFrame(content));
    const parts: Uint8Array[] = [];
    for await (const piece of openBytes({ path: path.join(folder, "a.zst"), format: "txt", compression: "zst" }))
      parts.push(piece);
    assert.deepEqual(Buffer.concat(parts), content);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
