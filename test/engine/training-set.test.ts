import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { type Block, createTrainingSet, openTrainingSet } from "../../src/engine/training-set.js";
import { randomBlocks, temporaryFolder, writeBlocks } from "./minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);
const place = (name: string): string => path.join(temporary.folder, name);

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const float32 = fc.float({ noDefaultInfinity: true });

/** Blocks of one length, with any numbers. */
const blocksOfOneLength = fc.integer({ min: 1, max: 9 }).chain((length) => {
  const exactly = { minLength: length, maxLength: length };
  const ints = fc.array(int32, exactly).map((values) => Int32Array.from(values));
  const weights = fc.array(float32, exactly).map((values) => Float32Array.from(values));
  const block = fc.record({ inputs: ints, targets: ints, weights, segments: ints }, { noNullPrototype: true });
  return fc.record({
    length: fc.constant(length),
    blocks: fc.array(block, { maxLength: 5 }),
  });
});

function write(file: string, length: number, blocks: Block[]): void {
  const set = createTrainingSet(file, length);
  for (const block of blocks) set.append(block);
  assert.equal(set.blocks, blocks.length);
  set.finish();
}

describe("a training set", () => {
  it("gives back the blocks that were written, in any order", () => {
    const file = place("round-trip.blocks");
    fc.assert(
      fc.property(blocksOfOneLength, ({ length, blocks }) => {
        write(file, length, blocks);
        const set = openTrainingSet(file);
        try {
          assert.equal(set.blocks, blocks.length);
          assert.equal(set.blockLength, length);
          for (let i = blocks.length - 1; i >= 0; i--) assert.deepEqual(set.read(i), blocks[i]);
          for (const wrong of [-1, blocks.length, 0.5]) assert.throws(() => set.read(wrong), RangeError);
        } finally {
          set.close();
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it("gives back blocks that together fill the writer's memory several times", () => {
    const blocks = randomBlocks(5, 30_000, 50);
    write(place("large.blocks"), 30_000, blocks);
    const set = openTrainingSet(place("large.blocks"));
    for (const [i, block] of blocks.entries()) assert.deepEqual(set.read(i), block);
    set.close();
  });

  it("is refused when it is cut at any byte or has a byte too many", () => {
    const file = place("cut.blocks");
    fc.assert(
      fc.property(blocksOfOneLength, ({ length, blocks }) => {
        write(file, length, blocks);
        const bytes = readFileSync(file);
        for (let size = 0; size <= bytes.length + 1; size++) {
          if (size === bytes.length) continue;
          writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(1)]).subarray(0, size));
          const code = size < 16 ? "training_set.format" : "training_set.truncated";
          assert.throws(() => openTrainingSet(file), { name: "CorpusError", code, message: /cut\.blocks/ });
        }
      }),
      { numRuns: 8, seed: 2 },
    );
  });

  it("is refused where it is cut while it is open", () => {
    const file = writeBlocks(place("shrinking.blocks"), randomBlocks(3, 8, 50));
    const set = openTrainingSet(file);
    truncateSync(file, 16 + 2 * 8 * 16 + 5);
    set.read(1);
    assert.throws(() => set.read(2), { name: "CorpusError", code: "training_set.truncated" });
    set.close();
  });

  it("is refused where it is absent, a folder or something else", () => {
    const open = (name: string) => () => openTrainingSet(place(name));
    assert.throws(open("absent.blocks"), { name: "CorpusError", code: "training_set.missing" });
    mkdirSync(place("folder.blocks"));
    assert.throws(open("folder.blocks"), { name: "CorpusError", code: "training_set.format" });
    writeFileSync(place("text.blocks"), "a text that is no training set at all");
    assert.throws(open("text.blocks"), { name: "CorpusError", code: "training_set.format" });
  });

  it("appears under its name only when it is finished, and replaces an older one whole", () => {
    const file = place("atomic/set.blocks");
    const [first, second] = [randomBlocks(2, 8, 50, 1), randomBlocks(3, 8, 50, 2)];
    const set = createTrainingSet(file, 8);
    for (const block of first) set.append(block);
    assert.ok(!existsSync(file));
    set.finish();
    const old = readFileSync(file);
    const next = createTrainingSet(file, 8);
    for (const block of second) next.append(block);
    assert.deepEqual(readFileSync(file), old);
    next.finish();
    assert.deepEqual(readdirSync(path.dirname(file)), ["set.blocks"]);
    const opened = openTrainingSet(file);
    assert.deepEqual(opened.read(2), second[2]);
    opened.close();
  });

  it("takes only blocks of its length", () => {
    const set = createTrainingSet(place("lengths.blocks"), 8);
    const [block] = randomBlocks(1, 8, 50);
    assert.throws(() => set.append({ ...block!, weights: new Float32Array(7) }), RangeError);
    assert.throws(() => createTrainingSet(place("lengths.blocks"), 0), RangeError);
    assert.equal(set.blocks, 0);
  });
});
