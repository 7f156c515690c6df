/**
 * A model that computes the same from embeddings in other coordinates: the residual stream h becomes hQ for an orthogonal Q. Root
 * mean squares do not see Q; the norms' weights, which do, are multiplied into the matrices behind them first (as in Ashkboos et al. 2024,
 * SliceGPT, section 3). So the embeddings of the result are an exact linear map of the model's own.
 */
import { float32Tensor, openCheckpoint, type TensorSource } from "../../src/model/checkpoint.js";
import { embeddingName, finalNormName, headName } from "../../src/model/tensor-names.js";
import { createRandom, type Random } from "../../src/random.js";

/** The tensors of `folder` with the residual stream turned. An untied model without biases behind its blocks. */
export function rotatedTensors(folder: string, rotation: Float64Array): TensorSource[] {
  const checkpoint = openCheckpoint(folder);
  try {
    const read = (name: string): Float32Array => checkpoint.readFloat32(name);
    return [...checkpoint.tensors.values()].map(({ name, shape }) => {
      const width = shape.at(-1)!;
      const turned = (): Float32Array => {
        if (name === embeddingName) return times(read(name), width, rotation);
        if (name === headName) return times(scaleColumns(read(name), read(finalNormName)), width, rotation);
        if (/norm\.weight$/.test(name)) return new Float32Array(width).fill(1);
        const block = name.slice(0, name.indexOf(".", "model.layers.".length));
        if (/(o_proj|down_proj)\.weight$/.test(name)) {
          return transposed(times(transposed(read(name), width), shape[0]!, rotation), shape[0]!);
        }
        const norm = /self_attn/.test(name) ? "input_layernorm" : "post_attention_layernorm";
        return times(scaleColumns(read(name), read(`${block}.${norm}.weight`)), width, rotation);
      };
      return float32Tensor(name, shape, turned());
    });
  } finally {
    checkpoint.close();
  }
}

/** Orthogonal, [width, width]: every plane of a random basis turned by `degrees`. */
export function planeRotation(width: number, degrees: number, seed: number): Float64Array {
  const basis = orthonormalRows(width, createRandom(seed));
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const rotation = new Float64Array(width * width);
  for (let k = 0; k < width; k += 2) {
    const [a, b] = [basis[k]!, basis[k + 1]!];
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) {
        rotation[i * width + j]! += cos * (a[i]! * a[j]! + b[i]! * b[j]!) + sin * (a[i]! * b[j]! - b[i]! * a[j]!);
      }
    }
  }
  return rotation;
}

/** Gram-Schmidt, twice over each row, so that float64 keeps them orthogonal. */
function orthonormalRows(width: number, random: Random): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < width) {
    const row = Float64Array.from({ length: width }, () => random.normal());
    for (const before of [...rows, ...rows]) {
      const shared = dot(row, before);
      for (let i = 0; i < width; i++) row[i]! -= shared * before[i]!;
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** `matrix` [rows, width] times `right` [width, width], summed in float64. */
function times(matrix: Float32Array, width: number, right: Float64Array): Float32Array {
  const product = new Float32Array(matrix.length);
  const sums = new Float64Array(width);
  for (let first = 0; first < matrix.length; first += width) {
    sums.fill(0);
    for (let k = 0; k < width; k++) {
      const value = matrix[first + k]!;
      for (let j = 0; j < width; j++) sums[j]! += value * right[k * width + j]!;
    }
    product.set(sums, first);
  }
  return product;
}

function scaleColumns(matrix: Float32Array, scales: Float32Array): Float32Array {
  return matrix.map((value, i) => value * scales[i % scales.length]!);
}

/** Of [rows, width]. */
function transposed(matrix: Float32Array, width: number): Float32Array {
  const rows = matrix.length / width;
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) result[j * rows + i] = matrix[i * width + j]!;
  return result;
}
