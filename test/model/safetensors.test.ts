import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { CheckpointError } from "../../src/errors.js";
import { toFloat32 } from "../../src/model/float-formats.js";
import { openSafetensors } from "../../src/model/safetensors.js";
import { float32Tensor, type TensorSource } from "../../src/model/tensor-source.js";
import { writeSafetensors } from "../../src/model/write-safetensors.js";
import { temporaryFolder } from "./temporary-folder.js";

const folder = temporaryFolder();
let files = 0;
const fresh = (): string => path.join(folder, `${files++}.safetensors`);

/** A file from a header and data, by the format's definition. */
function rawFile(header: unknown, data: Uint8Array): string {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = fresh();
  writeFileSync(file, Buffer.concat([length, json, data]));
  return file;
}

const rejects = (file: string, pattern: RegExp): void => {
  assert.throws(
    () => openSafetensors(file).close(),
    (error: unknown) => {
      assert.ok(error instanceof CheckpointError, String(error));
      assert.equal(error.exitCode, 2);
      assert.ok(error.message.startsWith(`${file}: `), error.message);
      assert.match(error.message, pattern);
      return true;
    },
  );
};

const tensorSet = fc
  .uniqueArray(
    fc.record({
      name: fc.oneof(
        fc.string({ minLength: 1, maxLength: 12, unit: "binary" }),
        fc.constantFrom("__proto__", "constructor", "10", "модель.вес"),
      ),
      dtype: fc.constantFrom("F32" as const, "F16" as const, "BF16" as const),
      shape: fc.array(fc.nat(4), { maxLength: 3 }),
    }),
    { selector: (tensor) => tensor.name, maxLength: 6 },
  )
  .filter((tensors) => tensors.every(({ name }) => name !== "__metadata__" && !/\p{Surrogate}/u.test(name)));

test("what is written is read back, byte for byte, whole and in parts", () => {
  fc.assert(
    fc.property(tensorSet, fc.nat(255), fc.integer({ min: 1, max: 40 }), (tensors, start, pieceBytes) => {
      const data = tensors.map(({ shape, dtype }, i) => {
        const bytes = shape.reduce((a, b) => a * b, dtype === "F32" ? 4 : 2);
        return Uint8Array.from({ length: bytes }, (_, at) => (start + i + at * 7) % 256);
      });
      const sources = tensors.map((tensor, i): TensorSource => {
        function* pieces(): Iterable<Uint8Array> {
          for (let at = 0; at < data[i]!.length; at += pieceBytes) yield data[i]!.subarray(at, at + pieceBytes);
        }
        return { ...tensor, pieces };
      });
      const file = fresh();
      writeSafetensors(file, sources);
      const headerBytes = Number(readFileSync(file).readBigUInt64LE());
      assert.equal(headerBytes % 8, 0);
      const opened = openSafetensors(file);
      assert.deepEqual([...opened.tensors.keys()].sort(), tensors.map(({ name }) => name).sort());
      for (const [i, { name, dtype, shape }] of tensors.entries()) {
        assert.deepEqual(opened.tensors.get(name), { name, dtype, shape, bytes: data[i]!.length, file });
        assert.deepEqual(opened.read(name), data[i]);
        if (data[i]!.length >= 8) assert.deepEqual(opened.read(name, 4, 4), data[i]!.slice(4, 8));
      }
      opened.close();
      const again = fresh();
      writeSafetensors(again, sources);
      assert.deepEqual(readFileSync(again), readFileSync(file));
    }),
    { numRuns: 150 },
  );
});

const sample = (): Buffer => {
  const file = fresh();
  writeSafetensors(file, [
    float32Tensor("a", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)),
    float32Tensor("b", [4], Float32Array.of(1, 2, 3, 4), "BF16"),
  ]);
  return readFileSync(file);
};

test("pieces that are written over one another, longer and shorter, are written as they were when they came", () => {
  const values = [1, -2, 0.5, 4, 8, -16, 0.25];
  const array = new Float32Array(4);
  function* pieces(): Iterable<Float32Array> {
    for (const [from, to] of [
      [0, 2],
      [2, 6],
      [6, 7],
    ] as const) {
      array.set(values.slice(from, to));
      yield array.subarray(0, to - from);
    }
  }
  const file = fresh();
  const dtypes = ["F32", "F16", "BF16"] as const;
  writeSafetensors(
    file,
    dtypes.map((dtype) => ({ name: dtype, shape: [values.length], dtype, pieces })),
  );
  const opened = openSafetensors(file);
  const place = new Uint8Array(64);
  for (const dtype of dtypes) {
    // These numbers are exact in every type.
    assert.deepEqual([...toFloat32(opened.read(dtype), dtype)], values, dtype);
    const part = opened.read(dtype, 4, 8, place);
    assert.equal(part.buffer, place.buffer);
    assert.deepEqual([...part], [...opened.read(dtype, 4, 8)], dtype);
  }
  opened.close();
});

test("a file cut anywhere is refused, and the message says so", () => {
  const whole = sample();
  for (let length = 0; length < whole.length; length++) {
    const file = path.join(folder, "cut.safetensors");
    writeFileSync(file, whole.subarray(0, length));
    rejects(file, /too few|needs|is cut or missing/);
  }
});

test("a damaged file is either refused as a CheckpointError or reads within its bounds", () => {
  const whole = sample();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const damaged = Buffer.from(whole);
        for (const [at, byte] of changes) damaged[at] = byte;
        const file = path.join(folder, "damaged.safetensors");
        writeFileSync(file, damaged);
        try {
          const opened = openSafetensors(file);
          for (const { name, bytes } of opened.tensors.values()) assert.equal(opened.read(name).length, bytes);
          opened.close();
        } catch (error) {
          assert.ok(error instanceof CheckpointError, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test("a header that does not fit together is refused by name", () => {
  const data = new Uint8Array(16);
  const f32 = (shape: unknown, offsets: unknown, dtype: unknown = "F32"): unknown => ({
    dtype,
    shape,
    data_offsets: offsets,
  });
  rejects(rawFile({ x: f32([4], [0, 16], "I64") }, data), /x: dtype "I64" is not supported/);
  rejects(rawFile({ x: f32([4], [0, 16], "constructor") }, data), /x: dtype "constructor"/);
  rejects(rawFile({ x: f32([5], [0, 16]) }, data), /x: shape \[5\] of F32 needs 20 bytes, but data_offsets spans 16/);
  rejects(rawFile({ x: f32([-4], [0, 16]) }, data), /x: shape is not a list of sizes/);
  rejects(rawFile({ x: f32([2 ** 40, 2 ** 40, 2 ** 40], [0, 16]) }, data), /x: shape/);
  rejects(rawFile({ x: f32([4], [16, 0]) }, data), /x: shape/);
  rejects(rawFile({ x: f32([4], [0.5, 16.5]) }, data), /x: data_offsets/);
  rejects(rawFile({ x: f32([3], [4, 16]) }, data), /x: begins at byte 4/);
  rejects(rawFile({ x: f32([2], [0, 8]), y: f32([3], [4, 16]) }, data), /y: begins at byte 4/);
  rejects(rawFile({ x: f32([3], [0, 12]) }, data), /4 bytes behind the last tensor/);
  rejects(rawFile({ x: f32([5], [0, 20]) }, data), /x is cut or missing/);
  rejects(rawFile({ x: null }, data), /x: the header entry is not an object/);
  rejects(rawFile([], data), /the header is not an object/);
  rejects(rawFile("{", data), /not JSON/);
  rejects(rawFile("\xff\xfe", data), /not JSON/);
  const entry = JSON.stringify(f32([4], [0, 16]));
  rejects(rawFile(`{"x":${entry},"\\u0078":${entry}}`, data), /names "x" twice/);
  rejects(
    rawFile(`{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"shape" : [4]}}`, data),
    /names "shape" twice/,
  );
});

test("names of an object's own machinery are names like others", () => {
  const file = rawFile('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', new Uint8Array(4));
  const opened = openSafetensors(file);
  assert.deepEqual([...opened.tensors.keys()], ["__proto__"]);
  assert.equal(({} as Record<string, unknown>).dtype, undefined);
  opened.close();
});

test("huge promises are refused without reading or allocating", () => {
  const file = fresh();
  const bytes = Buffer.alloc(64, "{");
  bytes.writeBigUInt64LE(2n ** 60n);
  writeFileSync(file, bytes);
  rejects(file, /absurd header length/);
  rejects(path.join(folder, "nothing.safetensors"), /ENOENT/);
  rejects(folder, /not a file|EISDIR/);
});

test("a file that cannot be written whole leaves nothing and says why", { skip: process.platform === "win32" }, () => {
  // A limit on the size of files stands in for a full disk: the write fails in the middle in the same way.
  const module = new URL("../../src/model/write-safetensors.js", import.meta.url);
  const target = path.join(folder, "limited");
  mkdirSync(target);
  const program = `
    import { writeSafetensors } from ${JSON.stringify(fileURLToPath(module))};
    const piece = new Float32Array(65536);
    try {
      writeSafetensors(${JSON.stringify(path.join(target, "big.safetensors"))}, [
        { name: "a", shape: [64, 65536], dtype: "F32", *pieces() { for (let i = 0; i < 64; i++) yield piece; } },
      ]);
    } catch (error) { console.log(JSON.stringify([error.name, error.code, error.message, error.cause.code])); }`;
  const command = `ulimit -f 2000 && exec "${process.execPath}" --input-type=module -`;
  const { stdout, stderr } = spawnSync("bash", ["-c", command], { input: program, encoding: "utf8" });
  const [name, code, message, cause] = JSON.parse(stdout || JSON.stringify([stderr])) as string[];
  assert.deepEqual([name, code, cause], ["LepError", "output.write_failed", "EFBIG"]);
  assert.match(message!, /big\.safetensors: cannot be written/);
  assert.deepEqual(readdirSync(target), []);
});

test("a source that gives more or fewer bytes than its shape says is our own mistake and leaves no file", () => {
  const file = fresh();
  assert.throws(() => writeSafetensors(file, [float32Tensor("a", [5], new Float32Array(4))]), RangeError);
  assert.equal(existsSync(file), false);
});
