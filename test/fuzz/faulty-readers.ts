/** Readers with a fault each, on purpose: what the harness is for has to be found by it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CorpusError } from "../../src/errors.js";
import type { FuzzReader } from "./fuzz-reader.js";
import { one } from "./seed-folder.js";

const text = "a line of text and a second one\nwith the number 1234\n";

/** `fault` where a byte came in that no valid input has; else everything is taken. */
const faultyWhere = (
  wrong: (bytes: Buffer) => boolean,
  fault: (bytes: Buffer, file: string, out: string) => unknown,
): FuzzReader => ({
  seeds: () => [one("a.bin", text)],
  read(input, out) {
    const file = path.join(input, "a.bin");
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (cause) {
      throw new CorpusError("corpus.unreadable", `${file} cannot be read`, { cause });
    }
    return wrong(bytes) ? fault(bytes, file, out) : undefined;
  },
});

const hasHighByte = (bytes: Buffer): boolean => bytes.some((byte) => byte > 0x7f);

export const readers: Readonly<Record<string, FuzzReader>> = {
  sound: faultyWhere(hasHighByte, (_, file) => {
    throw new CorpusError("corpus.broken", `${file}: a byte above 0x7f`);
  }),
  "throws-type-error": faultyWhere(
    (bytes) => bytes.includes(0),
    () => (undefined as unknown as string).length,
  ),
  "names-no-file": faultyWhere(hasHighByte, () => {
    throw new CorpusError("corpus.broken", "a byte above 0x7f");
  }),
  "loops-for-ever": faultyWhere(hasHighByte, () => {
    for (;;);
  }),
  "waits-for-ever": faultyWhere(hasHighByte, () => new Promise(() => setInterval(() => {}, 1000))),
  "fills-the-heap": faultyWhere(hasHighByte, () => {
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(1000).fill(1.5));
  }),
  "fills-the-memory": faultyWhere(hasHighByte, async () => {
    const kept: Uint8Array[] = [];
    for (;;) {
      kept.push(new Uint8Array(16 << 20).fill(1));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }),
  "takes-much-once": faultyWhere(hasHighByte, () => void new Uint8Array(140 << 20).fill(1)),
  "writes-half-a-file": faultyWhere(hasHighByte, (bytes, file, out) => {
    mkdirSync(out);
    writeFileSync(path.join(out, "half"), bytes.subarray(0, 3));
    throw new CorpusError("corpus.broken", `${file}: a byte above 0x7f`);
  }),
  "forgets-a-file": faultyWhere(hasHighByte, () => writeFileSync(path.join(tmpdir(), "forgotten"), "x")),
  "pollutes-prototypes": faultyWhere(hasHighByte, () => {
    (Object.prototype as Record<string, unknown>).polluted = true;
  }),
  "leaves-a-promise": faultyWhere(hasHighByte, () => void Promise.reject(new Error("nobody waits"))),
  "ends-the-process": faultyWhere(hasHighByte, () => process.abort()),
  "exits-quietly": faultyWhere(hasHighByte, () => process.exit(0)),
};
