import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { writeBlockIndex } from "../../src/engine/block-index.js";
import { openTokenFile, type TokenFileHead } from "../../src/engine/token-file.js";
import { writeTokenFile } from "../../src/engine/token-file-writer.js";
import { openTrainingSet } from "../../src/engine/training-set.js";
import { temporaryFolder } from "./minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);
const at = (name: string): string => path.join(temporary.folder, name);

interface Text {
  vocabulary: number;
  /** Documents of paragraphs of ids. */
  documents: number[][][];
  end: boolean;
}

const write = async ({ vocabulary, documents, end }: Text, name = "text.tokens"): Promise<TokenFileHead> => {
  const marks = { start: vocabulary - 2, documentEnd: end ? vocabulary - 1 : undefined };
  const { head } = await writeTokenFile(at(name), { vocabulary, tokenizer: "abc", marks }, (writer) => {
    for (const [i, paragraphs] of documents.entries()) {
      writer.beginDocument(i);
      for (const ids of paragraphs) writer.paragraph(ids);
      writer.endDocument();
    }
  });
  return head;
};

/** What the file has to hold, place by place. */
function expected({ vocabulary, documents, end }: Text): { ids: number[]; marks: number[] } {
  const ids: number[] = [];
  const marks: number[] = [];
  const put = (id: number, what: number): void => {
    ids.push(id);
    marks.push(what);
  };
  for (const paragraphs of documents) {
    put(vocabulary - 2, 2);
    for (const paragraph of paragraphs) for (const [i, id] of paragraph.entries()) put(id, i === 0 ? 1 : 0);
    if (end) put(vocabulary - 1, 3);
  }
  return { ids, marks };
}

/** Vocabularies on both sides of the widths of ids, with ids from all of their range. */
const text = fc.constantFrom(3, 300, 65_535, 65_536, 65_537, 128_256, 1 << 24).chain((vocabulary) => {
  const ids = fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { maxLength: 900, size: "max" });
  return fc.record({
    vocabulary: fc.constant(vocabulary),
    documents: fc.array(fc.array(ids, { maxLength: 4 }), { maxLength: 5 }),
    end: fc.boolean(),
  });
});

test("gives back the stream, its marks and its counts, whole and in slices", async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.nat(), fc.nat(), async (given, a, b) => {
      const head = await write(given);
      const { ids, marks } = expected(given);
      const file = openTokenFile(at("text.tokens"), "abc");
      try {
        assert.deepEqual(file.head, head);
        assert.equal(head.id_bytes, given.vocabulary <= 65_536 ? 2 : 3);
        assert.equal(head.positions, ids.length);
        assert.equal(head.documents, given.documents.length);
        assert.equal(
          head.characters,
          given.documents.reduce((sum, _, i) => sum + i, 0),
        );
        const paragraphs = given.documents.flat();
        assert.equal(head.tokens, paragraphs.flat().length);
        assert.equal(head.paragraphs, paragraphs.filter((paragraph) => paragraph.length > 0).length);
        const first = ids.length === 0 ? 0 : a % ids.length;
        for (const [from, count] of [
          [0, ids.length + 5],
          [first, b % 3000],
        ] as const) {
          const slice = file.read(from, count);
          assert.deepEqual([...slice.ids], ids.slice(from, from + count));
          assert.deepEqual([...slice.marks], marks.slice(from, from + count));
        }
        const found: [number, number][] = [];
        await file.eachMark((position, what) => found.push([position, what]));
        assert.deepEqual(
          found,
          marks.map((what, i): [number, number] => [i, what]).filter(([, what]) => what !== 0),
        );
        const used = file.used();
        assert.equal(used.length, given.vocabulary);
        const occurring: number[] = [];
        for (let id = used.indexOf(1); id >= 0; id = used.indexOf(1, id + 1)) occurring.push(id);
        assert.deepEqual(
          occurring,
          Array.from(new Set(ids)).sort((x, y) => x - y),
        );
      } finally {
        file.close();
      }
    }),
    { numRuns: 60 },
  );
});

const sample: Text = {
  vocabulary: 300,
  documents: Array.from({ length: 12 }, (_, d) =>
    Array.from({ length: 8 }, (_, p) => Array.from({ length: 40 }, (_, i) => (d * 53 + p * 7 + i) % 290)),
  ),
  end: true,
};

test("the same text makes the same bytes; the head's digest covers the content", async () => {
  const head = await write(sample, "one.tokens");
  await write(sample, "two.tokens");
  const bytes = readFileSync(at("one.tokens"));
  assert.deepEqual(readFileSync(at("two.tokens")), bytes);
  assert.equal(head.content, createHash("sha256").update(bytes.subarray(1024)).digest("hex"));
  assert.equal(openTokenFile(at("one.tokens")).digest, bytes.subarray(992, 1024).toString("hex"));
  // 12 × (8 × 40 + 2) tokens are four chunks of 1024 × 2 + 256 + 4 bytes; one bit an id.
  assert.equal(bytes.length, 1024 + 4 * 2308 + 38);
  assert.deepEqual(
    readdirSync(temporary.folder).filter((name) => name.includes("partial")),
    [],
  );
});

test("any changed byte is noticed: in the head when the file is opened, in a chunk when it is read, with its place", async () => {
  const head = await write(sample, "good.tokens");
  const good = readFileSync(at("good.tokens"));
  const damage = (place: number): void => {
    const bytes = Buffer.from(good);
    bytes[place]! ^= 0x10;
    writeFileSync(at("bad.tokens"), bytes);
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1023 }), (place) => {
      damage(place);
      const code = place < 8 ? "token_file.format" : "token_file.damaged";
      assert.throws(() => openTokenFile(at("bad.tokens")), { name: "CorpusError", code, message: /bad\.tokens/ });
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1024, max: 1024 + 4 * 2308 - 1 }), async (place) => {
      damage(place);
      const file = openTokenFile(at("bad.tokens"));
      const chunk = Math.floor((place - 1024) / 2308);
      const fault = {
        name: "CorpusError",
        code: "token_file.damaged",
        message: new RegExp(`bad\\.tokens: damaged at bytes \\d+ to \\d+, tokens ${chunk * 1024} to`),
      };
      assert.throws(() => file.read(chunk * 1024, 1), fault);
      if (chunk > 0) assert.equal(file.read(0, 1024).ids[0], 298);
      await assert.rejects(
        file.eachMark(() => {}),
        fault,
      );
      file.close();
    }),
  );
  assert.equal(head.positions, 12 * 322);
});

test("chunks in each other's place are noticed", async () => {
  await write(sample, "swapped.tokens");
  const bytes = readFileSync(at("swapped.tokens"));
  const [first, second] = [bytes.subarray(1024, 3332), bytes.subarray(3332, 5640)].map((chunk) => Buffer.from(chunk));
  second!.copy(bytes, 1024);
  first!.copy(bytes, 3332);
  writeFileSync(at("swapped.tokens"), bytes);
  assert.throws(() => openTokenFile(at("swapped.tokens")).read(0, 1), { code: "token_file.damaged" });
});

test("is refused when it is cut anywhere or has a byte too many, also while it is open", async () => {
  await write(sample, "whole.tokens");
  const bytes = readFileSync(at("whole.tokens"));
  for (const size of [0, 7, 8, 500, 1023, 1024, 1025, 5000, bytes.length - 1, bytes.length + 1]) {
    writeFileSync(at("cut.tokens"), Buffer.concat([bytes, Buffer.alloc(1)]).subarray(0, size));
    const code = size < 8 ? "token_file.format" : "token_file.damaged";
    assert.throws(
      () => openTokenFile(at("cut.tokens")),
      { name: "CorpusError", code, message: /cut\.tokens/ },
      `${size}`,
    );
  }
  const open = openTokenFile(at("whole.tokens"));
  truncateSync(at("whole.tokens"), 6000);
  assert.equal(open.read(0, 1500).ids.length, 1500);
  assert.throws(() => open.read(2500, 10), { code: "token_file.damaged", message: /ends at byte 6000/ });
});

test("is refused where it is absent, a folder, something else, or another tokenizer's", async () => {
  await write(sample, "other.tokens");
  assert.throws(() => openTokenFile(at("other.tokens"), "xyz"), { name: "CorpusError", code: "token_file.tokenizer" });
  assert.throws(() => openTokenFile(at("absent.tokens")), { name: "CorpusError", code: "token_file.missing" });
  mkdirSync(at("folder.tokens"));
  assert.throws(() => openTokenFile(at("folder.tokens")), { name: "CorpusError", code: "token_file.format" });
  writeFileSync(at("text.txt"), "Long enough to be a head. ".repeat(100));
  assert.throws(() => openTokenFile(at("text.txt")), { name: "CorpusError", code: "token_file.format" });
  assert.throws(() => openTrainingSet(at("other.tokens")), { name: "CorpusError", code: "training_set.format" });
});

test("a failure while writing leaves nothing; an id beyond the vocabulary is our own mistake", async () => {
  const options = { vocabulary: 10, tokenizer: "abc", marks: { start: 1, documentEnd: undefined } };
  await assert.rejects(
    writeTokenFile(at("never.tokens"), options, (writer) => {
      writer.beginDocument(1);
      writer.paragraph([3, 10]);
    }),
    RangeError,
  );
  assert.deepEqual(
    readdirSync(temporary.folder).filter((name) => name.includes("never")),
    [],
  );
});

test("a damaged index is refused with its place", async () => {
  await write(sample, "indexed.tokens");
  const options = { block_size: 96, block_starts: "paragraph", attend_across_documents: false } as const;
  await writeBlockIndex(at("blocks.index"), at("indexed.tokens"), options);
  const good = readFileSync(at("blocks.index"));
  for (const place of [20, 1000, 1030, good.length - 1]) {
    const bytes = Buffer.from(good);
    bytes[place]! ^= 1;
    writeFileSync(at("blocks.index"), bytes);
    assert.throws(() => openTrainingSet(at("blocks.index")), { name: "CorpusError", code: "block_index.damaged" });
  }
  writeFileSync(at("blocks.index"), good.subarray(0, -6));
  assert.throws(() => openTrainingSet(at("blocks.index")), { code: "block_index.damaged", message: /promises/ });
});

test("an aborted pass over the file leaves no index", async () => {
  await write(sample, "long.tokens");
  const controller = new AbortController();
  controller.abort();
  const options = { block_size: 96, block_starts: "anywhere", attend_across_documents: false } as const;
  await assert.rejects(writeBlockIndex(at("aborted.index"), at("long.tokens"), options, controller.signal));
  assert.deepEqual(
    readdirSync(temporary.folder).filter((name) => name.includes("aborted")),
    [],
  );
});
