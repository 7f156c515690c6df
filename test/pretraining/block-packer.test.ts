import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Block } from "../../src/engine/training-set.js";
import { type BlockPackerOptions, createBlockPacker } from "../../src/pretraining/block-packer.js";

const marks = { start: 100, documentEnd: 101 };

function pack(documents: number[][][], options: Partial<BlockPackerOptions> & { block_size: number }) {
  const blocks: Block[] = [];
  const packer = createBlockPacker(
    marks,
    { block_starts: "paragraph", attend_across_documents: false, ...options },
    (block) => blocks.push(block),
  );
  for (const paragraphs of documents) {
    for (const [i, ids] of paragraphs.entries()) packer.paragraph(ids, i === 0);
    packer.endDocument();
  }
  packer.finish();
  return { blocks, repeated: packer.repeated };
}

test("two short documents share a block as two segments; the first does not predict the second", () => {
  const { blocks } = pack([[[1, 2, 3]], [[4, 5]]], { block_size: 10 });
  assert.equal(blocks.length, 1);
  assert.deepEqual([...blocks[0]!.inputs], [100, 1, 2, 3, 101, 100, 4, 5, 0, 0]);
  assert.deepEqual([...blocks[0]!.targets], [1, 2, 3, 101, 100, 4, 5, 101, 0, 0]);
  assert.deepEqual([...blocks[0]!.weights], [1, 1, 1, 1, 0, 1, 1, 1, 0, 0]);
  assert.deepEqual([...blocks[0]!.segments], [0, 0, 0, 0, 0, 1, 1, 1, -1, -1]);
});

test("with attend_across_documents all of a block is one segment", () => {
  const { blocks } = pack([[[1, 2, 3]], [[4, 5]]], { block_size: 10, attend_across_documents: true });
  assert.deepEqual([...blocks[0]!.segments], [0, 0, 0, 0, 0, 0, 0, 0, -1, -1]);
  assert.deepEqual([...blocks[0]!.weights], [1, 1, 1, 1, 0, 1, 1, 1, 0, 0]);
});

test("a paragraph that the end of a block cuts is begun again; the last position has its true successor", () => {
  const { blocks, repeated } = pack(
    [
      [
        [1, 2, 3],
        [4, 5, 6, 7],
      ],
    ],
    { block_size: 6 },
  );
  assert.deepEqual([...blocks[0]!.inputs], [100, 1, 2, 3, 4, 5]);
  assert.deepEqual([...blocks[0]!.targets], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...blocks[0]!.weights], [1, 1, 1, 1, 1, 1]);
  assert.deepEqual([...blocks[1]!.inputs], [100, 4, 5, 6, 7, 0]);
  assert.deepEqual([...blocks[1]!.targets], [4, 5, 6, 7, 101, 0]);
  assert.deepEqual([...blocks[1]!.weights], [1, 1, 1, 1, 1, 0]);
  assert.equal(repeated, 2);
});

test("a paragraph longer than a block is continued behind a start token", () => {
  const { blocks } = pack([[[1, 2, 3, 4, 5, 6, 7, 8]]], { block_size: 4 });
  assert.deepEqual(
    blocks.map((block) => [...block.inputs]),
    [
      [100, 1, 2, 3],
      [100, 4, 5, 6],
      [100, 7, 8, 0],
    ],
  );
  assert.deepEqual([...blocks[0]!.targets], [1, 2, 3, 4]);
});

test("a paragraph that ends with the block is not begun again", () => {
  const { blocks, repeated } = pack([[[1], [2, 3, 4]], [[5]]], { block_size: 4 });
  assert.deepEqual([...blocks[0]!.inputs], [100, 1, 2, 3]);
  assert.deepEqual([...blocks[0]!.targets], [1, 2, 3, 4]);
  assert.deepEqual([...blocks[1]!.inputs], [100, 5, 0, 0]);
  assert.equal(repeated, 0);
});

test("block starts anywhere: nothing is repeated", () => {
  const { blocks, repeated } = pack(
    [
      [
        [1, 2, 3],
        [4, 5, 6, 7],
      ],
    ],
    { block_size: 6, block_starts: "anywhere" },
  );
  assert.deepEqual([...blocks[1]!.inputs], [100, 6, 7, 0, 0, 0]);
  assert.equal(repeated, 0);
});

test("whatever comes: every token is learned, blocks begin with the start token at a paragraph, successors are true", () => {
  const paragraph = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
  const corpus = fc.array(fc.array(paragraph, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      corpus,
      fc.integer({ min: 2, max: 9 }),
      fc.constantFrom("paragraph", "anywhere"),
      (shape, T, starts) => {
        // Every token of the corpus gets an id of its own, so that each can be followed.
        let next = 1000;
        const documents = shape.map((paragraphs) => paragraphs.map((ids) => ids.map(() => next++)));
        const follower = new Map<number, number>();
        const starters = new Set<number>();
        for (const paragraphs of documents) {
          const text = paragraphs.flat();
          for (const [i, id] of text.entries()) follower.set(id, text[i + 1] ?? marks.documentEnd);
          for (const ids of paragraphs) starters.add(ids[0]!);
        }
        const { blocks } = pack(documents, { block_size: T, block_starts: starts as "paragraph" | "anywhere" });
        const learned = new Set<number>();
        for (const [index, block] of blocks.entries()) {
          assert.equal(block.inputs[0], marks.start);
          const first = block.inputs[1]!;
          if (starts === "paragraph" && first >= 1000 && !starters.has(first)) {
            // Only the rest of a paragraph that began the block before.
            assert.ok(starters.has(blocks[index - 1]!.inputs[1]!) || !starters.has(blocks[index - 1]!.targets[T - 1]!));
            assert.equal(blocks[index - 1]!.targets[T - 1], first);
          }
          for (let i = 0; i < T; i++) {
            if (block.weights[i] !== 1) continue;
            learned.add(block.targets[i]!);
            if (block.inputs[i] !== marks.start) assert.equal(follower.get(block.inputs[i]!), block.targets[i]);
          }
        }
        for (const id of follower.keys()) assert.ok(learned.has(id), `token ${id}`);
      },
    ),
  );
});
