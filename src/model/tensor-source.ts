/** A tensor to be written, given piece by piece, so that it never has to be in memory as a whole. */
import { bytesPerElement, fromFloat32, type TensorType } from "./float-formats.js";

export interface TensorSource {
  name: string;
  shape: number[];
  dtype: TensorType;
  /**
   * In the order of the file. Float32Array pieces are converted to `dtype`, Uint8Array pieces are raw bytes of `dtype`. A piece
   * may be written over when the next is asked for: garbage of this size would otherwise pile up beside what the device holds.
   */
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

/** The raw bytes of `source`, piece by piece, each to be used before the next. Throws `RangeError` where they are not what its shape says. */
export function* tensorData(source: TensorSource): Iterable<Uint8Array> {
  const expected = tensorBytes(source);
  let bytes = 0;
  let converted: Uint16Array<ArrayBuffer> | undefined;
  for (const piece of source.pieces()) {
    let data: Uint8Array;
    if (piece instanceof Float32Array) {
      if (source.dtype !== "F32" && (converted === undefined || converted.length < piece.length)) {
        converted = new Uint16Array(piece.length);
      }
      data = fromFloat32(piece, source.dtype, converted);
    } else data = piece;
    bytes += data.byteLength;
    yield data;
  }
  if (bytes !== expected) throw new RangeError(`${source.name}: ${bytes} bytes given, its shape needs ${expected}`);
}
