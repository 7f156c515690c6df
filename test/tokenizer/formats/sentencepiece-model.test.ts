import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TokenizerError } from "../../../src/errors.js";
import { ProtobufFault, readFields, writeFields } from "../../../src/tokenizer/formats/protobuf.js";
import {
  formatSentencePieceModel,
  modelTypes,
  type Piece,
  parseSentencePieceModel,
  pieceTypes,
} from "../../../src/tokenizer/formats/sentencepiece-model.js";
import { sentencePieceTokenizer } from "../../../src/tokenizer/formats/sentencepiece-tokenizer.js";
import { bpeSample, sampleModel, unigramSample } from "./sample-models.js";

const field = fc.oneof(
  fc.record({
    number: fc.integer({ min: 1, max: 0x1fffffff }),
    wire: fc.constant(0 as const),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
  fc.record({
    number: fc.integer({ min: 1, max: 99 }),
    wire: fc.constant(1 as const),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
  fc.record({
    number: fc.integer({ min: 1, max: 99 }),
    wire: fc.constant(2 as const),
    value: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({
    number: fc.integer({ min: 1, max: 99 }),
    wire: fc.constant(5 as const),
    value: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  }),
);

test("fields of the wire format come back as they were written", () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      const read = [...readFields(writeFields(fields))];
      assert.deepEqual(
        read.map((entry) => ({ ...entry, value: typeof entry.value === "bigint" ? entry.value : [...entry.value] })),
        fields.map((entry) => ({ ...entry, value: typeof entry.value === "bigint" ? entry.value : [...entry.value] })),
      );
    }),
  );
});

test("bytes that are no message are refused, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const _ of readFields(bytes));
      } catch (error) {
        assert.ok(error instanceof ProtobufFault);
      }
    }),
  );
});

const piece = fc.record({
  piece: fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" }),
  score: fc.float({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0),
  type: fc.constantFrom(...pieceTypes.filter((type) => type !== "UNKNOWN" && type !== "BYTE")),
});

test("a model comes back as it was written", () => {
  const models = fc.record({
    pieces: fc.uniqueArray(piece, { selector: (entry) => entry.piece, maxLength: 30 }),
    type: fc.constantFrom(...modelTypes),
    ids: fc.array(fc.integer({ min: -1, max: 2 ** 31 - 1 }), { minLength: 4, maxLength: 4 }),
    flags: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    charsmap: fc.uint8Array({ maxLength: 50 }),
    rest: fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(models, ({ pieces, type, ids, flags, charsmap, rest }) => {
      const unknown: Piece = { piece: "\u2047 unknown", score: 0, type: "UNKNOWN" };
      const kept = (number: number) => rest.map((value) => ({ number, wire: 2 as const, value }));
      const [unkId, bosId, eosId, padId] = ids as [number, number, number, number];
      const model = {
        pieces: [unknown, ...pieces],
        trainer: {
          modelType: type,
          vocabularySize: pieces.length,
          treatWhitespaceAsSuffix: flags[0]!,
          byteFallback: flags[1]!,
          unkId,
          bosId,
          eosId,
          padId,
          rest: kept(200),
        },
        normalizer: {
          name: "имя",
          charsmap: Uint8Array.from(charsmap),
          addDummyPrefix: flags[2]!,
          removeExtraWhitespaces: flags[3]!,
          escapeWhitespaces: flags[4]!,
          rest: kept(77),
        },
        rest: kept(4),
      };
      const plain = (value: unknown): string =>
        JSON.stringify(value, (_, entry: unknown) =>
          entry instanceof Uint8Array ? Buffer.from(entry).toString("hex") : entry,
        ).replaceAll(/\{"type":"Buffer","data":\[([\d,]*)\]\}/g, (_, list: string) =>
          JSON.stringify(Buffer.from(list === "" ? [] : list.split(",").map(Number)).toString("hex")),
        );
      assert.equal(plain(parseSentencePieceModel(formatSentencePieceModel(model), "made")), plain(model));
    }),
  );
});

test("a model that is cut off or damaged is refused by a message with the piece, and nothing else happens", () => {
  for (const sample of [bpeSample, unigramSample]) {
    const bytes = formatSentencePieceModel(sample);
    const half = bytes.subarray(0, Math.floor(bytes.length / 2));
    assert.throws(() => parseSentencePieceModel(half, "half.model"), /half\.model: behind piece \d+: .* are left/);
    let state = 7;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % limit;
    };
    for (let i = 0; i < 400; i++) {
      const changed = Uint8Array.from(bytes.subarray(0, i % 3 === 0 ? below(bytes.length) : bytes.length));
      for (let n = below(4); n >= 0 && changed.length > 0; n--) changed[below(changed.length)] = below(256);
      try {
        sentencePieceTokenizer(parseSentencePieceModel(changed, "changed.model"), "changed.model");
      } catch (error) {
        assert.ok(error instanceof TokenizerError, String((error as Error).stack));
        assert.match(error.message, /^changed\.model: /);
      }
    }
  }
});

test("what a model must not have is named", () => {
  const fault = (model: Parameters<typeof sampleModel>[0]): string => {
    const bytes = formatSentencePieceModel(sampleModel(model));
    try {
      sentencePieceTokenizer(parseSentencePieceModel(bytes, "x.model"), "x.model");
    } catch (error) {
      assert.ok(error instanceof TokenizerError);
      return error.message;
    }
    return assert.fail("nothing was thrown");
  };
  const type = "BPE";
  assert.match(fault({ type, pieces: ["a", "b", "a"] }), /piece 5: "a" is piece 3 already/);
  assert.match(fault({ type, pieces: ["a", ["b", Number.NaN]] }), /piece 4: its score is NaN/);
  assert.match(
    fault({ type, pieces: [], extra: [{ piece: "<0x1>", score: 0, type: "BYTE" }] }),
    /piece 3: .* is no byte/,
  );
  assert.match(fault({ type, pieces: [], extra: [{ piece: "?", score: 0, type: "UNKNOWN" }] }), /a second piece/);
  assert.match(fault({ type, pieces: ["a"], normalizer: { escapeWhitespaces: false } }), /bare spaces/);
  assert.match(
    fault({ type, pieces: ["a"], normalizer: { charsmap: Uint8Array.of(1, 2, 3, 4, 5) } }),
    /precompiled_charsmap/,
  );
  assert.throws(
    () => parseSentencePieceModel(new Uint8Array(0), "empty.model"),
    /empty\.model: pieces: there are none/,
  );
});
