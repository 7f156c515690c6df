/** Where the trained numbers begin: the checkpoint's weights; adapters as PEFT begins them, so that at first they change nothing. */
import type { Checkpoint } from "../model/checkpoint.js";
import { createRandom } from "../random.js";
import { sha256 } from "../sha256.js";
import { isAdapter, numbersIn, type Parameter, type ParameterLayout } from "./parameter-layout.js";

const pieceNumbers = 4 << 20;

/** Pieces of the flat array of values and their places in it. Adapters depend on the seed and their own name only. */
export function* initialValues(
  { parameters }: ParameterLayout,
  checkpoint: Checkpoint,
  seed: number,
): Generator<[offset: number, piece: Float32Array]> {
  for (const parameter of parameters) {
    let offset = parameter.offset;
    for (const piece of piecesOf(parameter, checkpoint, seed)) {
      yield [offset, piece];
      offset += piece.length;
    }
  }
}

function* piecesOf(parameter: Parameter, checkpoint: Checkpoint, seed: number): Generator<Float32Array> {
  const { name, shape } = parameter;
  if (isAdapter(name)) yield adapterValues(name, shape, seed);
  else if (shape.length < 2) yield checkpoint.readFloat32(name);
  else {
    const [height, width] = shape as [number, number];
    const piece = Math.max(1, Math.floor(pieceNumbers / width));
    for (const { first, end } of parameter.rows ?? [{ first: 0, end: height }]) {
      for (let at = first; at < end; at += piece) yield checkpoint.readRows(name, at, Math.min(piece, end - at));
    }
  }
}

/** A: uniform within ±1/√in, which is Kaiming's for a = √5 (Hu et al. 2022; PEFT's default). B: zero. */
function adapterValues(name: string, shape: readonly number[], seed: number): Float32Array {
  const values = new Float32Array(numbersIn(shape));
  if (!name.endsWith("lora_A.weight")) return values;
  const random = createRandom(Number.parseInt(sha256(`${seed} ${name}`).slice(0, 8), 16));
  const bound = 1 / Math.sqrt(shape[1]!);
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random.uniform() - 1);
  return values;
}
