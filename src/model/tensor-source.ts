/** A tensor to be written, given piece by piece, so that it never has to be in memory as a whole. */
import { bytesPerElement, fromFloat32, type TensorType } from "./float-formats.js";

export interface TensorSource {
  name: string;
  shape: number[];
  dtype: TensorType;
  /** In the order of the file. Float32Array pieces are converted to `dtype`, Uint8Array pieces are raw bytes of `dtype`. */
  pieces(): Iterable<Float32Array | Uint8Array>;
}

export function float32Tensor(
  name: string,
  shape: number[],
  data: Float32Array,
  dtype: TensorType = "F32",
): TensorSource {
  return { name, shape, dtype, pieces: () => slices(data) };
}

/** Conversion makes a copy, so a large tensor is converted a slice at a time. */
const sliceElements = 1 << 22;

function* slices(data: Float32Array): Iterable<Float32Array> {
  for (let at = 0; at < data.length; at += sliceElements) yield data.subarray(at, at + sliceElements);
}

/** Bytes of the whole tensor in its dtype. */
export const tensorBytes = ({ shape, dtype }: Pick<TensorSource, "shape" | "dtype">): number =>
  shape.reduce((product, length) => product * length, bytesPerElement[dtype]);

/** The raw bytes of `source`, piece by piece. Throws `RangeError` where they are not what its shape says. */
export function* tensorData(source: TensorSource): Iterable<Uint8Array> {
  const expected = tensorBytes(source);
  let bytes = 0;
  for (const piece of source.pieces()) {
    const data = piece instanceof Float32Array ? fromFloat32(piece, source.dtype) : piece;
    bytes += data.byteLength;
    yield data;
  }
  if (bytes !== expected) throw new RangeError(`${source.name}: ${bytes} bytes given, its shape needs ${expected}`);
}
