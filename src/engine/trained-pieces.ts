/** Trained tensors piece by piece, in the checkpoint's order: trained numbers, and the bytes of rows that were not trained. */
import type { Checkpoint } from "../model/checkpoint.js";
import { numbersIn, type Parameter } from "./parameter-layout.js";
import type { TrainingSession } from "./session.js";

export type TrainedValues = Pick<TrainingSession, "layout" | "read">;

export const pieceNumbers = 1 << 20;
const copiedBytes = 4 << 20;

/** A parameter's own numbers. All pieces lie in one array: each is to be used before the next. */
export function* parameterPieces(trained: TrainedValues, { shape, offset }: Parameter): Generator<Float32Array> {
  const size = numbersIn(shape);
  const array = new Float32Array(Math.min(pieceNumbers, size));
  for (let at = 0; at < size; at += pieceNumbers) {
    const piece = array.subarray(0, Math.min(pieceNumbers, size - at));
    trained.read("values", offset + at, piece);
    yield piece;
  }
}

/** A whole tensor of the checkpoint; its pieces too may lie in one array. */
export function* trainedPieces(
  trained: TrainedValues,
  checkpoint: Checkpoint,
  parameter: Parameter,
): Generator<Float32Array | Uint8Array> {
  if (parameter.rows === null) {
    yield* parameterPieces(trained, parameter);
    return;
  }
  const info = checkpoint.tensors.get(parameter.name)!;
  const [height, width] = info.shape as [number, number];
  const rowBytes = info.bytes / height;
  const most = Math.max(1, Math.floor(copiedBytes / rowBytes));
  const piece = new Uint8Array(most * rowBytes);
  function* copied(first: number, end: number): Generator<Uint8Array> {
    for (let at = first; at < end; at += most) {
      yield checkpoint.readBytes(parameter.name, at * rowBytes, Math.min(most, end - at) * rowBytes, piece);
    }
  }
  let row = 0;
  let offset = parameter.offset;
  for (const { first, end } of parameter.rows) {
    yield* copied(row, first);
    yield* parameterPieces(trained, { ...parameter, shape: [end - first, width], offset });
    offset += (end - first) * width;
    row = end;
  }
  yield* copied(row, height);
}

export function valuesOf(trained: TrainedValues, { shape, offset }: Parameter): Float32Array {
  const values = new Float32Array(numbersIn(shape));
  trained.read("values", offset, values);
  return values;
}
