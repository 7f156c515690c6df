/**
 * A model folder with weights that are random enough to be trained and quickly written: one row of normal numbers over and
 * over. Its length is a prime, so that no two rows of a matrix are equal.
 */
import { parseModelConfig } from "../../src/model/config.js";
import { fromFloat32, type TensorType } from "../../src/model/float-formats.js";
import { tensorShapes } from "../../src/model/tensor-names.js";
import type { TensorSource } from "../../src/model/tensor-source.js";
import { writeCheckpoint } from "../../src/model/write-checkpoint.js";
import { createRandom } from "../../src/random.js";
import type { ModelConfig } from "./shapes.js";

const period = 1_000_003;
const deviation = 0.02;

export function writeRepeatedModel(folder: string, config: ModelConfig, dtype: TensorType): void {
  const random = createRandom(1);
  const numbers = Float32Array.from({ length: period }, () => deviation * random.normal());
  const drawn = fromFloat32(numbers, dtype);
  const tensors = [...tensorShapes(parseModelConfig(config, folder))].map(([name, shape], i): TensorSource => {
    const size = shape.reduce((product, length) => product * length, 1);
    const isNorm = shape.length === 1;
    // Tensors begin at places of their own in the row, or they would be copies of one another.
    const start = (i * 7919) % period;
    return {
      name,
      shape,
      dtype,
      pieces: () => (isNorm ? [new Float32Array(size).fill(1)] : repeat(drawn, start, size)),
    };
  });
  writeCheckpoint(folder, { ...config }, tensors);
}

/** Bytes of `size` numbers of the endless row, from number `start` on. */
function* repeat(row: Uint8Array, start: number, size: number): Iterable<Uint8Array> {
  const bytes = row.byteLength / period;
  for (let at = start, left = size; left > 0; at = 0) {
    const count = Math.min(left, period - at);
    yield row.subarray(at * bytes, (at + count) * bytes);
    left -= count;
  }
}
