/** f32 rows as the bytes of a GGUF tensor type. */
import { loadGgml } from "../../engine/ggml/library.js";
import { CheckpointError } from "../../errors.js";
import { fromFloat32 } from "../float-formats.js";
import { type GgufType, ggufTypes } from "./gguf-types.js";

/** The largest f16 is 65504; from here on a number rounds to infinity. */
const beyondF16 = 65520;

/**
 * `rows`: whole rows of `width`. Throws `CheckpointError` naming `place` where a number is not finite or too large for
 * the type: llama.cpp would answer with nonsense.
 */
export function ggufBytes(rows: Float32Array, width: number, type: GgufType, place: string): Uint8Array {
  checkNumbers(rows, type, place);
  if (type === "f32") return fromFloat32(rows, "F32");
  if (type === "f16") return fromFloat32(rows, "F16");
  if (type === "bf16") return fromFloat32(rows, "BF16");
  const ggml = loadGgml();
  const id = ggufTypes[type].tensor;
  const count = rows.length / width;
  const out = new Uint8Array(ggml.ggml_row_size(id, width) * count);
  ggml.ggml_quantize_chunk(id, rows, out, 0, count, width, null);
  return out;
}

function checkNumbers(rows: Float32Array, type: GgufType, place: string): void {
  // A q8_0 block keeps its largest size over 127 as an f16.
  const limit = type === "f16" ? beyondF16 : type === "q8_0" ? beyondF16 * 127 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    if (Math.abs(rows[i]!) < limit) continue;
    if (!Number.isFinite(rows[i]!)) {
      throw new CheckpointError("checkpoint.not_finite", `${place}: holds ${rows[i]}`, {
        hint: "The weights are damaged, or the training that made them diverged.",
      });
    }
    throw new CheckpointError("gguf.out_of_range", `${place}: ${rows[i]} is too large for ${type}`, {
      hint: "Export as bf16 or f32.",
    });
  }
}
