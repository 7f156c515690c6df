import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pause } from "../pause.js";
import { streamOutput } from "../streamed-output.js";
import { checkpointFiles } from "./checkpoint-files.js";
import { type TensorSource, tensorBytes, tensorData } from "./tensor-source.js";
import { safetensorsHeader } from "./write-safetensors.js";

/** A tensor whose raw bytes are still being computed while the file is written. */
export interface ComputedTensor extends Omit<TensorSource, "pieces"> {
  computed: true;
  /** Raw bytes of `dtype` in the order of the file; a piece may be written over when the next is asked for. */
  pieces(): AsyncIterable<Uint8Array>;
}

export interface StreamOptions {
  maxShardBytes?: number | undefined;
  /** Ends the writing before the next tensor. */
  signal?: AbortSignal | undefined;
}

/**
 * Writes config.json and the weights, in shards where they are large, into the empty folder `folder`; tensors may be
 * computed piece by piece on the way. Throws `LepError` where it cannot be written or is interrupted; who calls removes the folder then.
 */
export async function streamCheckpoint(
  folder: string,
  config: Record<string, unknown>,
  tensors: readonly (TensorSource | ComputedTensor)[],
  { maxShardBytes, signal }: StreamOptions = {},
): Promise<void> {
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  const { weights, texts } = checkpointFiles(config, tensors, maxShardBytes);
  for (const { name, tensors: own } of weights) {
    await streamOutput(path.join(folder, name), async (output) => {
      output.write(safetensorsHeader(own));
      for (const tensor of own) {
        await pause(signal);
        await writeTensor(tensor, (piece) => output.write(piece));
      }
    });
  }
  for (const { name, text } of texts) writeFileSync(path.join(folder, name), text);
}

async function writeTensor(tensor: TensorSource | ComputedTensor, write: (piece: Uint8Array) => void): Promise<void> {
  if (!isComputed(tensor)) {
    for (const piece of tensorData(tensor)) write(piece);
    return;
  }
  let bytes = 0;
  for await (const piece of tensor.pieces()) {
    bytes += piece.byteLength;
    write(piece);
  }
  const expected = tensorBytes(tensor);
  if (bytes !== expected) throw new RangeError(`${tensor.name}: ${bytes} bytes given, its shape needs ${expected}`);
}

const isComputed = (tensor: TensorSource | ComputedTensor): tensor is ComputedTensor => "computed" in tensor;
