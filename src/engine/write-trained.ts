/**
 * The trained model as a folder: trained numbers rounded to the type they were stored in, adapters added
 * to the maps that they adapt (W + alpha / rank · B A, in float32), everything else copied byte by byte.
 */
import path from "node:path";
import { type Checkpoint, copyTensor, type TensorSource, writeCheckpoint } from "../model/checkpoint.js";
import type { TrainingJob } from "./engine.js";
import { adapterName } from "./parameter-layout.js";
import { writeAdapter } from "./peft-adapter.js";
import { pieceNumbers, type TrainedValues, trainedPieces, valuesOf } from "./trained-pieces.js";

/** Writes to `output`, and the adapter to `output`/adapter where the job asks for it. */
export function writeTrained(
  trained: TrainedValues,
  checkpoint: Checkpoint,
  { output, options }: Pick<TrainingJob, "output" | "options">,
): void {
  const byName = new Map(trained.layout.parameters.map((parameter) => [parameter.name, parameter]));
  const tensors = [...checkpoint.tensors.values()].map((info): TensorSource => {
    const whole = byName.get(info.name);
    if (whole !== undefined) return { ...info, pieces: () => trainedPieces(trained, checkpoint, whole) };
    const [a, b] = (["A", "B"] as const).map((half) => byName.get(adapterName(info.name, half)));
    if (a === undefined || b === undefined) return copyTensor(checkpoint, info.name);
    const scale = options.lora.alpha / options.lora.rank;
    return {
      ...info,
      pieces: () => mergedPieces(checkpoint, info.name, valuesOf(trained, a), valuesOf(trained, b), scale),
    };
  });
  writeCheckpoint(output, checkpoint.config.raw, tensors);
  if (options.trainable === "lora" && options.lora.adapter) {
    writeAdapter(path.join(output, "adapter"), trained, checkpoint, options);
  }
}

/** `a` [rank, in], `b` [out, rank]. */
function* mergedPieces(
  checkpoint: Checkpoint,
  name: string,
  a: Float32Array,
  b: Float32Array,
  scale: number,
): Generator<Float32Array> {
  const [height, width] = checkpoint.tensors.get(name)!.shape as [number, number];
  const rank = a.length / width;
  const most = Math.max(1, Math.floor(pieceNumbers / width));
  for (let at = 0; at < height; at += most) {
    const count = Math.min(most, height - at);
    const piece = checkpoint.readRows(name, at, count);
    for (let row = 0; row < count; row++) {
      const out = piece.subarray(row * width, (row + 1) * width);
      for (let r = 0; r < rank; r++) {
        const factor = scale * b[(at + row) * rank + r]!;
        const adapter = a.subarray(r * width, (r + 1) * width);
        for (let i = 0; i < width; i++) out[i] = out[i]! + factor * adapter[i]!;
      }
    }
    yield piece;
  }
}
