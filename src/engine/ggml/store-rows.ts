/** Reads a frozen tensor from its file into device memory, a piece at a time, in the type that it is computed with. */
import type { Checkpoint } from "../../model/checkpoint.js";
import { float32ToBf16 } from "../../model/float-formats.js";
import type { RowRange } from "../engine.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { upload } from "./memory.js";
import type { ElementType, Tensor } from "./tensor.js";

const pieceNumbers = 4 << 20;

/** `ranges`: rows of a matrix that are kept, packed one behind the other; of a vector everything is. */
export function storeRows(
  backend: Backend,
  tensor: Tensor,
  type: ElementType,
  checkpoint: Checkpoint,
  name: string,
  ranges: readonly RowRange[],
): void {
  const { shape, dtype } = checkpoint.tensors.get(name)!;
  const [rows, width] = shape as [number, number?];
  if (width === undefined) {
    upload(backend, tensor, checkpoint.readFloat32(name));
    return;
  }
  const most = Math.max(1, Math.floor(pieceNumbers / width));
  const read = (first: number, count: number): ArrayBufferView => {
    if (type === ggmlType.BF16 && dtype === "BF16") {
      const rowBytes = checkpoint.tensors.get(name)!.bytes / rows;
      return checkpoint.readBytes(name, first * rowBytes, count * rowBytes);
    }
    const values = checkpoint.readRows(name, first, count);
    if (type === ggmlType.BF16) return float32ToBf16(values);
    return type === ggmlType.Q8_0 ? quantise(backend, values, count, width) : values;
  };
  let at = 0;
  for (const { first, end } of ranges) {
    for (let row = first; row < end; row += most) {
      const piece = read(row, Math.min(most, end - row));
      upload(backend, tensor, piece, at);
      at += piece.byteLength;
    }
  }
}

function quantise({ ggml }: Backend, values: Float32Array, rows: number, width: number): Uint8Array {
  const bytes = new Uint8Array(rows * ggml.ggml_row_size(ggmlType.Q8_0, width));
  ggml.ggml_quantize_chunk(ggmlType.Q8_0, values, bytes, 0, rows, width, null);
  return bytes;
}
