/**
 * The trained model as a folder: trained numbers rounded to the type they were stored in, adapters added
 * to the maps that they adapt (W + alpha / rank · B A, in float32), everything else copied byte by byte.
 */
import path from "node:path";
import { addLowRank, type LowRank } from "../model/add-low-rank.js";
import { type Checkpoint, copyTensor, type TensorSource, writeCheckpoint } from "../model/checkpoint.js";
import type { TrainingJob } from "./engine.js";
import { adapterName } from "./parameter-layout.js";
import { writeAdapter } from "./peft-adapter.js";
import { pieceNumbers, type TrainedValues, trainedPieces, valuesOf } from "./trained-pieces.js";

/** Writes to `output`, and the adapter to `output`/adapter where the job asks for it. */
export function writeTrained(
  trained: TrainedValues,
  checkpoint: Checkpoint,
  { output, options, shard_bytes }: Pick<TrainingJob, "output" | "options" | "shard_bytes">,
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
      pieces: () => mergedPieces(checkpoint, info.name, { a: valuesOf(trained, a), b: valuesOf(trained, b), scale }),
    };
  });
  writeCheckpoint(output, checkpoint.config.raw, tensors, { maxShardBytes: shard_bytes });
  if (options.trainable === "lora" && options.lora.adapter) {
    writeAdapter(path.join(output, "adapter"), trained, checkpoint, options);
  }
}

function* mergedPieces(checkpoint: Checkpoint, name: string, added: LowRank): Generator<Float32Array> {
  const [height, width] = checkpoint.tensors.get(name)!.shape as [number, number];
  const most = Math.max(1, Math.floor(pieceNumbers / width));
  for (let at = 0; at < height; at += most) {
    const piece = checkpoint.readRows(name, at, Math.min(most, height - at));
    addLowRank(piece, at, width, added);
    yield piece;
  }
}
