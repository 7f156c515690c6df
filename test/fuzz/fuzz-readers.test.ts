import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { FindingKind } from "./fuzz-job.js";
import { fuzzReaders } from "./fuzz-readers.js";

const module = fileURLToPath(new URL("./faulty-readers.js", import.meta.url));
const keep = mkdtempSync(path.join(tmpdir(), "lep-findings-"));
after(() => rmSync(keep, { recursive: true, force: true }));

const limits = { seconds: 1, residentMb: 400, growthMb: 100, heapMb: 128 };

/** What each has to be found as. Those that end the process cost a start each: with this seed one or two of six inputs do. */
const expected: readonly [reader: string, inputs: number, kind: FindingKind][] = [
  ["throws-type-error", 100, "wrong_error"],
  ["names-no-file", 60, "unnamed"],
  ["writes-half-a-file", 60, "half_written"],
  ["forgets-a-file", 60, "left_over"],
  ["pollutes-prototypes", 60, "pollution"],
  ["leaves-a-promise", 60, "uncaught"],
  ["takes-much-once", 6, "memory"],
  ["loops-for-ever", 6, "hang"],
  ["waits-for-ever", 6, "hang"],
  ["fills-the-heap", 6, "memory"],
  ["fills-the-memory", 6, "memory"],
  ["ends-the-process", 6, "crash"],
  ["exits-quietly", 6, "crash"],
];

test("faults made on purpose are found, each as what it is, and the inputs behind them are still read", async () => {
  const parts = expected.map(([reader, inputs]) => ({ reader, inputs }));
  const reports = await fuzzReaders({ module, parts, seed: 401, limits, keep });
  for (const [i, [reader, inputs, kind]] of expected.entries()) {
    const report = reports[i]!;
    assert.equal(report.reader, reader);
    assert.equal(report.inputs, inputs, reader);
    assert.ok(report.findings > 0, `${reader}: nothing was found`);
    assert.deepEqual([...new Set(report.causes.map((cause) => cause.kind))], [kind], reader);
    assert.ok(report.findings < inputs, `${reader}: inputs without the byte are no findings`);
    const { kept } = report.causes[0]!;
    assert.deepEqual(readdirSync(kept!).sort(), ["fault.txt", "input"]);
    assert.match(readFileSync(path.join(kept!, "fault.txt"), "utf8"), new RegExp(`^${kind}: `));
    if (existsSync(path.join(kept!, "input", "a.bin")))
      assert.ok(readFileSync(path.join(kept!, "input", "a.bin")).length > 0);
  }
});

test("a sound reader has no findings, and the same seed gives the same counts", async () => {
  const run = (seed: number) => fuzzReaders({ module, parts: [{ reader: "sound", inputs: 300 }], seed, limits });
  const [[first], [again], [other]] = [await run(1), await run(1), await run(2)];
  assert.equal(first!.findings, 0);
  assert.equal(first!.inputs, 300);
  assert.equal(first!.refused + first!.taken, 300);
  assert.deepEqual([again!.refused, again!.taken], [first!.refused, first!.taken]);
  assert.notDeepEqual([other!.refused, other!.taken], [first!.refused, first!.taken]);
});
