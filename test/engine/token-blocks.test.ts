/** Blocks cut from a token file: by hand, by what they have to keep, and against the packer that went before. */
import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { type BlockOptions, writeBlockIndex } from "../../src/engine/block-index.js";
import { writeTokenFile } from "../../src/engine/token-file-writer.js";
import { type Block, openTrainingSet } from "../../src/engine/training-set.js";
import { temporaryFolder } from "./minute-model.js";
import { createBlockPacker } from "./reference-packer.js";

const temporary = temporaryFolder();
after(temporary.remove);
const at = (name: string): string => path.join(temporary.folder, name);

const marks = { start: 100, documentEnd: 101 };
type Marks = { start: number; documentEnd: number | undefined };
type Options = Partial<BlockOptions> & { block_size: number };

const whole = (options: Options): BlockOptions => ({
  block_starts: "paragraph",
  attend_across_documents: false,
  ...options,
});

/** `documents`: of paragraphs of ids. */
async function pack(documents: number[][][], options: Options, own: Marks = marks, vocabulary = 1 << 17) {
  const tokens = at("text.tokens");
  await writeTokenFile(tokens, { vocabulary, tokenizer: "t", marks: own }, (writer) => {
    for (const paragraphs of documents) {
      writer.beginDocument(1);
      for (const ids of paragraphs) writer.paragraph(ids);
      writer.endDocument();
    }
  });
  const { repeated } = await writeBlockIndex(at("text.index"), tokens, whole(options));
  const set = openTrainingSet(at("text.index"));
  assert.equal(set.blockLength, options.block_size);
  const blocks: Block[] = [];
  for (let i = set.blocks - 1; i >= 0; i--) blocks.unshift(set.read(i));
  set.close();
  return { blocks, repeated };
}

function packByReference(documents: number[][][], options: Options, own: Marks) {
  const blocks: Block[] = [];
  const packer = createBlockPacker(own, whole(options), (block) => blocks.push(block));
  for (const paragraphs of documents) {
    for (const [i, ids] of paragraphs.entries()) packer.paragraph(ids, i === 0);
    packer.endDocument();
  }
  packer.finish();
  return { blocks, repeated: packer.repeated };
}

test("two short documents share a block as two segments; the first does not predict the second", async () => {
  const { blocks } = await pack([[[1, 2, 3]], [[4, 5]]], { block_size: 10 });
  assert.equal(blocks.length, 1);
  assert.deepEqual([...blocks[0]!.inputs], [100, 1, 2, 3, 101, 100, 4, 5, 0, 0]);
  assert.deepEqual([...blocks[0]!.targets], [1, 2, 3, 101, 100, 4, 5, 101, 0, 0]);
  assert.deepEqual([...blocks[0]!.weights], [1, 1, 1, 1, 0, 1, 1, 1, 0, 0]);
  assert.deepEqual([...blocks[0]!.segments], [0, 0, 0, 0, 0, 1, 1, 1, -1, -1]);
});

test("with attend_across_documents all of a block is one segment", async () => {
  const { blocks } = await pack([[[1, 2, 3]], [[4, 5]]], { block_size: 10, attend_across_documents: true });
  assert.deepEqual([...blocks[0]!.segments], [0, 0, 0, 0, 0, 0, 0, 0, -1, -1]);
  assert.deepEqual([...blocks[0]!.weights], [1, 1, 1, 1, 0, 1, 1, 1, 0, 0]);
});

test("a paragraph that the end of a block cuts is begun again; the last position has its true successor", async () => {
  const { blocks, repeated } = await pack(
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

test("a paragraph longer than a block is continued behind a start token", async () => {
  const { blocks } = await pack([[[1, 2, 3, 4, 5, 6, 7, 8]]], { block_size: 4 });
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

test("a paragraph that ends with the block is not begun again", async () => {
  const { blocks, repeated } = await pack([[[1], [2, 3, 4]], [[5]]], { block_size: 4 });
  assert.deepEqual([...blocks[0]!.inputs], [100, 1, 2, 3]);
  assert.deepEqual([...blocks[0]!.targets], [1, 2, 3, 4]);
  assert.deepEqual([...blocks[1]!.inputs], [100, 5, 0, 0]);
  assert.equal(repeated, 0);
});

test("block starts anywhere: nothing is repeated", async () => {
  const { blocks, repeated } = await pack(
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

test("whatever comes: every token is learned, blocks begin with the start token at a paragraph, successors are true", async () => {
  const paragraph = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
  const corpus = fc.array(fc.array(paragraph, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      corpus,
      fc.integer({ min: 2, max: 9 }),
      fc.constantFrom("paragraph", "anywhere"),
      async (shape, T, starts) => {
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
        const { blocks } = await pack(documents, { block_size: T, block_starts: starts as "paragraph" | "anywhere" });
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

const paragraph = (longest: number) => fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: longest });
const texts = (longest: number) =>
  fc.array(fc.array(paragraph(longest), { minLength: 1, maxLength: 6 }), { maxLength: 8 });

test("whatever comes: the blocks are those of the packer that filled them token by token", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(texts(3), texts(30)),
      fc.record({
        block_size: fc.integer({ min: 2, max: 24 }),
        block_starts: fc.constantFrom("paragraph" as const, "anywhere" as const),
        attend_across_documents: fc.boolean(),
      }),
      fc.constantFrom<Marks>(marks, { start: 100, documentEnd: undefined }, { start: 3, documentEnd: 4 }),
      fc.constantFrom(128, 1 << 17),
      async (documents, options, own, vocabulary) => {
        const cut = await pack(documents, options, own, vocabulary);
        assert.deepEqual(cut, packByReference(documents, options, own));
      },
    ),
    { numRuns: 400 },
  );
});

test("the same over many chunks of the file, and with paragraphs longer than several blocks", async () => {
  const long = fc.array(
    fc.array(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 3000, size: "max" }), {
      minLength: 1,
      maxLength: 4,
    }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(
      long,
      fc.constantFrom(7, 96, 1024, 1500),
      fc.constantFrom("paragraph" as const, "anywhere" as const),
      async (documents, block_size, block_starts) => {
        const options = { block_size, block_starts };
        assert.deepEqual(await pack(documents, options), packByReference(documents, options, marks));
      },
    ),
    { numRuns: 25 },
  );
});

test("paragraphs without tokens leave no trace", async () => {
  const options = { block_size: 4 };
  const with_ = await pack(
    [
      [[], [1, 2, 3], [], [4, 5]],
      [[], [6]],
    ],
    options,
  );
  assert.deepEqual(
    with_,
    await pack(
      [
        [
          [1, 2, 3],
          [4, 5],
        ],
        [[6]],
      ],
      options,
    ),
  );
});

test("an index whose token file is gone, or is another one, is refused", async () => {
  await pack([[[1, 2, 3]]], { block_size: 4 });
  renameSync(at("text.index"), at("kept.index"));
  await pack([[[1, 2, 4]]], { block_size: 4 });
  assert.throws(() => openTrainingSet(at("kept.index")), {
    name: "CorpusError",
    code: "block_index.damaged",
    message: /kept\.index.*text\.tokens/,
  });
  rmSync(at("text.tokens"));
  assert.throws(() => openTrainingSet(at("kept.index")), { name: "CorpusError", code: "token_file.missing" });
});
