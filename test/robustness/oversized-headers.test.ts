/** Lengths that a header claims and the file does not have: refused before anything of that size is made. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { readCorpus } from "../../src/corpus/read-corpus.js";
import { LepError } from "../../src/errors.js";
import { openSafetensors } from "../../src/model/safetensors.js";
import { formatSentencePieceModel } from "../../src/tokenizer/formats/sentencepiece-model.js";
import { readTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { parquetFile } from "../corpus/parquet-file.js";
import { ggufFile } from "../fuzz/gguf-file.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { unigramSample } from "../tokenizer/formats/sample-models.js";
import { refuses } from "./expect-refusal.js";

const folder = temporaryFolder();
const file = (name: string, bytes: Uint8Array): string => {
  const place = path.join(folder, name);
  writeFileSync(place, bytes);
  return place;
};
const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};
const huge = [1n << 31n, 1n << 32n, (1n << 53n) + 1n, 1n << 60n, 1n << 63n, (1n << 64n) - 1n];

test("safetensors: a header of 2^60 bytes, tensors of 2^53", async () => {
  for (const length of huge) {
    const name = file("a.safetensors", Buffer.concat([u64(length), Buffer.from("{}".padEnd(64))]));
    await refuses(() => openSafetensors(name), "checkpoint.header_invalid", name);
  }
  const header = Buffer.from(
    JSON.stringify({ a: { dtype: "F32", shape: [2 ** 26, 2 ** 25], data_offsets: [0, 2 ** 53 - 4] } }),
  );
  const name = file("b.safetensors", Buffer.concat([u64(BigInt(header.length)), header]));
  await refuses(() => openSafetensors(name), "checkpoint.header_invalid", /b\.safetensors: a: shape/);
});

test("GGUF: counts of tensors, keys, texts and lists up to 2^64 - 1, wherever they stand", async () => {
  const whole = ggufFile({ "tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": ["<unk>", "<s>", "a"] });
  // Tensors, keys, length of the first key, of its text, count of the list, length of its first text.
  const first = 24 + 8 + "tokenizer.ggml.model".length;
  const list = first + 4 + 8 + "llama".length + 8 + "tokenizer.ggml.tokens".length + 4;
  for (const at of [8, 16, 24, first + 4, list + 4, list + 12]) {
    for (const value of huge) {
      const bytes = Buffer.from(whole);
      bytes.set(u64(value), at);
      const name = file("a.gguf", bytes);
      await refuses(() => readTokenizer(name), "tokenizer.gguf_invalid", name);
    }
  }
});

test("SentencePiece: lengths of ten bytes, numbers that never end", async () => {
  const whole = Buffer.from(formatSentencePieceModel(unigramSample));
  // The field of a piece, then its length.
  for (const length of ["ffffffff0f", "ffffffffffffffffff01", "80808080808080808001", "ffffffffffffffffffffff"]) {
    const bytes = Buffer.concat([Buffer.of(0x0a), Buffer.from(length, "hex"), whole]);
    const name = file("tokenizer.model", bytes);
    await refuses(() => readTokenizer(name), "tokenizer.model_invalid", name);
  }
});

test("parquet: a footer longer than the file, pages and row groups of any size", async () => {
  const whole = parquetFile([["one", "two"]]);
  for (const length of [0xffffffff, 0x7fffffff, whole.length]) {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(length, bytes.length - 8);
    const name = file("a.parquet", bytes);
    await refuses(() => drain(name), "corpus.broken_parquet", name);
  }
});

test("parquet: any byte of a page or the footer may claim what it wants", async () => {
  const whole = parquetFile([["one", "two", "three"]]);
  const name = path.join(folder, "b.parquet");
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length - 6),
      fc.constantFrom("ffffffff07", "feffffff0f", "ffffffff7f"),
      async (at, hex) => {
        const bytes = Buffer.concat([
          whole.subarray(0, at),
          Buffer.from(hex, "hex"),
          whole.subarray(at + hex.length / 2),
        ]);
        writeFileSync(name, bytes);
        try {
          await drain(name);
        } catch (error) {
          assert.ok(error instanceof LepError, error instanceof Error ? error.stack : String(error));
          assert.ok(error.message.includes(name), error.message);
        }
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

async function drain(name: string): Promise<void> {
  for await (const _ of readCorpus({ files: [name] }));
}
