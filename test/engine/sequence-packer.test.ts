import assert from "node:assert/strict";
import { test } from "node:test";
import { createSequencePacker } from "../../src/engine/sequence-packer.js";
import type { Block } from "../../src/engine/training-set.js";

test("sequences share a block as segments, targets are shifted by one, the rest is padding", () => {
  const blocks: Block[] = [];
  const packer = createSequencePacker(6, (block) => blocks.push(block));
  assert.ok(packer.add([1, 2, 3], [0, 1]));
  assert.ok(packer.add([4, 5, 6, 7], [0, 0.5, 1]));
  packer.finish();
  assert.equal(blocks.length, 1);
  assert.deepEqual([...blocks[0]!.inputs], [1, 2, 4, 5, 6, 0]);
  assert.deepEqual([...blocks[0]!.targets], [2, 3, 5, 6, 7, 0]);
  assert.deepEqual([...blocks[0]!.weights], [0, 1, 0, 0.5, 1, 0]);
  assert.deepEqual([...blocks[0]!.segments], [0, 0, 1, 1, 1, -1]);
});

test("first fit: a short sequence goes into the first block with room", () => {
  const blocks: Block[] = [];
  const packer = createSequencePacker(4, (block) => blocks.push(block));
  packer.add([1, 1, 1, 1], [1, 1, 1]);
  packer.add([2, 2, 2], [1, 1]);
  packer.add([3, 3], [1]);
  packer.finish();
  assert.deepEqual(
    blocks.map((block) => [...block.inputs]),
    [
      [1, 1, 1, 3],
      [2, 2, 0, 0],
    ],
  );
});

test("a sequence longer than a block is refused, one that fits exactly is taken", () => {
  const blocks: Block[] = [];
  const packer = createSequencePacker(3, (block) => blocks.push(block));
  assert.equal(packer.add([1, 2, 3, 4, 5], [1, 1, 1, 1]), false);
  assert.equal(packer.add([1, 2, 3, 4], [1, 1, 1]), true);
  assert.equal(blocks.length, 1);
  packer.finish();
  assert.equal(blocks.length, 1);
});

test("the number of open blocks is bounded; the oldest goes first", () => {
  const blocks: Block[] = [];
  const packer = createSequencePacker(4, (block) => blocks.push(block), 2);
  for (const id of [1, 2, 3]) packer.add([id, id, id, id], [1, 1, 1]);
  assert.deepEqual(
    blocks.map((block) => block.inputs[0]),
    [1],
  );
  packer.finish();
  assert.deepEqual(
    blocks.map((block) => block.inputs[0]),
    [1, 2, 3],
  );
});
