/** The count in memory against the index that a training writes. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { writeBlockIndex } from "../../src/engine/block-index.js";
import { openTokenFile } from "../../src/engine/token-file.js";
import { countBlocks } from "../../src/pretraining/count-blocks.js";
import { tokeniseCorpus } from "../../src/pretraining/tokenise-corpus.js";
import { byteTokenizer } from "../engine/byte-tokenizer.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-count-"));
after(() => rmSync(folder, { recursive: true }));

test("tokens, blocks and used ids are those of the token file and its index", async () => {
  const tokenizer = byteTokenizer();
  const tokens = path.join(folder, "text.tokens");
  const text = fc.string({ unit: fc.constantFrom("a", "й", " ", "\n"), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 8, max: 24 }),
      fc.constantFrom("paragraph" as const, "anywhere" as const),
      async (texts, block_size, block_starts) => {
        fc.pre(texts.some((one) => one !== ""));
        const documents = {
          async *[Symbol.asyncIterator]() {
            for (const [index, one] of texts.entries()) yield { text: one, source: "test", index };
          },
        };
        const head = await tokeniseCorpus({ name: "ru", documents, tokenizer, digest: "d", file: tokens });
        const options = { block_size, block_starts, attend_across_documents: false };
        const index = await writeBlockIndex(path.join(folder, "text.index"), tokens, options);
        const opened = openTokenFile(tokens, "d");
        const used = opened.used();
        opened.close();
        const counted = await countBlocks(texts, tokenizer, options);
        assert.equal(counted.tokens, head.tokens);
        assert.equal(counted.blocks, index.blocks);
        assert.deepEqual([...counted.used], [...used].slice(0, tokenizer.size));
      },
    ),
    { numRuns: 60 },
  );
});
