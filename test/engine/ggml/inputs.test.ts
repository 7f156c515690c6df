/** What is uploaded for a micro-batch: the mask against the rule written out, and no mask where it did not change. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Backend, openBackend } from "../../../src/engine/ggml/backend.js";
import { createInputs } from "../../../src/engine/ggml/inputs.js";
import { downloadAll } from "../../../src/engine/ggml/memory.js";
import { createTableRows } from "../../../src/engine/ggml/table-rows.js";
import type { Block } from "../../../src/engine/training-set.js";
import { randomBlocks } from "../minute-model.js";

const length = 12;
const cpu = openBackend("cpu", 1);
const table = { ...createTableRows(50, null), name: "table", width: 8, frozenPart: null };
const tables = { input: table, head: table };

/** A backend that counts the bytes that are uploaded. */
function counting(): Backend & { uploaded: number } {
  const backend = {
    ...cpu,
    uploaded: 0,
    ggml: Object.assign(Object.create(cpu.ggml) as Backend["ggml"], {
      ggml_backend_tensor_set: (...args: Parameters<Backend["ggml"]["ggml_backend_tensor_set"]>) => {
        backend.uploaded += args[3];
        return cpu.ggml.ggml_backend_tensor_set(...args);
      },
    }),
  };
  return backend;
}

const withSegments = (...segments: number[]): Block => ({
  ...randomBlocks(1, length, 50)[0]!,
  segments: Int32Array.from(segments),
});
const causal = withSegments(...new Array<number>(length).fill(3));
const packed = withSegments(0, 0, 1, 1, 1, 2, 2, 2, 2, 2, -1, -1);
const padded = withSegments(5, 5, 5, 5, 5, 5, 5, 5, 5, -1, -1, -1);
const returning = withSegments(0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1);

describe("inputs of a pass", () => {
  it("let every position see itself and what came before in its segment", () => {
    const inputs = createInputs(cpu, { blocks: 4, length, width: 8 }, tables, [null]);
    for (const blocks of [[causal, packed, padded, returning], [packed, causal, returning, padded], [returning]]) {
      inputs.fill(blocks, 1);
      const mask = downloadAll(cpu, inputs.maskOf(null));
      for (const [b, { segments }] of blocks.entries()) {
        for (let query = 0; query < length; query++) {
          // What padding sees is of no consequence, as long as it sees something.
          const isPadding = segments[query] === -1;
          for (let key = 0; key < length; key++) {
            const value = mask[(b * length + query) * length + key];
            if (key === query) assert.equal(value, 0);
            else if (!isPadding) {
              const seen = key < query && segments[key] === segments[query];
              assert.equal(value, seen ? 0 : Number.NEGATIVE_INFINITY, `block ${b}, query ${query}, key ${key}`);
            }
          }
        }
      }
    }
  });

  it("upload the causal mask once, and another one only where the segments change", () => {
    const backend = counting();
    const inputs = createInputs(backend, { blocks: 2, length, width: 8 }, tables, [null]);
    const plain = 2 * length * 8 * 4;
    const mask = length * length * 4;
    const fill = (...blocks: Block[]): number => {
      backend.uploaded = 0;
      inputs.fill(blocks, 1);
      return backend.uploaded;
    };
    assert.equal(fill(causal, causal), plain + 2 * mask);
    assert.equal(fill(causal, causal), plain);
    assert.equal(fill(padded, causal), plain);
    assert.equal(fill(causal), plain);
    assert.equal(fill(causal, packed), plain + mask);
    assert.equal(fill(causal, packed), plain);
    assert.equal(fill(packed, returning), plain + 2 * mask);
  });

  it("leave missing blocks out of the loss", () => {
    const inputs = createInputs(cpu, { blocks: 2, length, width: 8 }, tables, [null]);
    inputs.fill([causal, packed], 4);
    inputs.fill([packed], 4);
    const weights = downloadAll(cpu, inputs.weights);
    assert.deepEqual(
      weights.subarray(0, length),
      packed.weights.map((weight) => weight / 4),
    );
    assert.deepEqual(weights.subarray(length), new Float32Array(length));
  });
});
