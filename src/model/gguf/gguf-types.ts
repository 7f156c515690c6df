/** Weight types that a GGUF can be exported in: ggml's number of the type, and the number for the file as a whole. */
import { ggmlType } from "../../engine/ggml/functions.js";

export const ggufTypes = {
  f32: { tensor: ggmlType.F32, file: 0 },
  f16: { tensor: ggmlType.F16, file: 1 },
  bf16: { tensor: ggmlType.BF16, file: 32 },
  q8_0: { tensor: ggmlType.Q8_0, file: 7 },
} as const;

export type GgufType = keyof typeof ggufTypes;

/** q8_0 quantises blocks of so many neighbours in a row. */
const blockLength = 32;

/** The type that a tensor really gets: vectors (norms) stay f32, rows that q8_0 cannot cut into blocks become f16. */
export function tensorTypeFor(type: GgufType, shape: readonly number[]): GgufType {
  if (shape.length < 2) return "f32";
  return type === "q8_0" && shape.at(-1)! % blockLength !== 0 ? "f16" : type;
}
