/** Forward and backward pass of a micro-batch. */
import * as tf from "@tensorflow/tfjs-core";
import type { ModelConfig } from "../../model/config.js";
import { embeddingName, headName } from "../../model/tensor-names.js";
import type { Block } from "../training-set.js";
import { createMask, createRotation, type Rotation } from "./attention-inputs.js";
import { type DecoderInputs, decode } from "./decoder.js";
import type { Drop } from "./dropout.js";
import { headLoss, targetLosses } from "./head-loss.js";
import { joined } from "./micro-batches.js";
import type { ModelWeights } from "./weights.js";

export interface Pass {
  /** Σ weight / `weightSum` · nll, and its gradient by each leaf of the weights. */
  gradients(
    trained: tf.Tensor[],
    blocks: readonly Block[],
    weightSum: number,
    drop: Drop,
  ): { loss: number; gradients: Float32Array[] };
  /** The nll of each target, nats, one block after the other. */
  losses(trained: tf.Tensor[], blocks: readonly Block[]): Float32Array;
  close(): void;
}

export interface PassOptions {
  /** alpha / rank */
  adapterScale: number;
  /** Numbers in the logits of a piece of the tokens. */
  maximumLogits?: number | undefined;
}

export function createPass(config: ModelConfig, model: ModelWeights, options: PassOptions): Pass {
  const { adapterScale, maximumLogits } = options;
  const headTable = config.tie_word_embeddings ? embeddingName : headName;
  const trainsTable = model.isTrained(headTable);
  /** By block length. */
  const rotations = new Map<number, Rotation>();
  const inputsOf = (blocks: readonly Block[], drop: Drop): DecoderInputs => {
    const length = blocks[0]!.inputs.length;
    return {
      ...{ blocks: blocks.length, length, drop, adapterScale, rotation: rotations.get(length)! },
      tokens: tf.tensor1d(joined(blocks, "inputs"), "int32"),
      masks: masksOf(blocks, config.sliding_windows),
    };
  };
  /** Whatever is made within is gone afterwards, but for what `compute` gives and what is kept for later passes. */
  const tidied = <T extends tf.TensorContainer>(
    blocks: readonly Block[],
    drop: Drop,
    compute: (inputs: DecoderInputs) => T,
  ): T => {
    const length = blocks[0]!.inputs.length;
    if (!rotations.has(length)) rotations.set(length, createRotation(config, length));
    return tf.tidy(() => compute(inputsOf(blocks, drop)));
  };
  return {
    gradients(trained, blocks, weightSum, drop) {
      const weights = joined(blocks, "weights").map((weight) => weight / weightSum);
      const targets = { ids: joined(blocks, "targets"), weights };
      const { value, grads } = tidied(blocks, drop, (inputs) =>
        tf.valueAndGrads((...tensors) => {
          const tensor = model.weights(tensors);
          const hidden = decode(config, tensor, inputs);
          return headLoss(hidden, tensor(headTable) as tf.Tensor2D, targets, { trainsTable, maximumLogits });
        })(trained),
      );
      const loss = value.dataSync()[0]!;
      const gradients = grads.map((gradient) => gradient.dataSync() as Float32Array);
      tf.dispose([value, ...grads]);
      return { loss, gradients };
    },
    losses: (trained, blocks) =>
      tidied(
        blocks,
        (x) => x,
        (inputs) => {
          const tensor = model.weights(trained);
          const hidden = decode(config, tensor, inputs);
          return targetLosses(hidden, tensor(headTable) as tf.Tensor2D, joined(blocks, "targets"), maximumLogits);
        },
      ),
    close() {
      for (const { cosines, sines, swap } of rotations.values()) tf.dispose([cosines, sines, swap]);
    },
  };
}

/** One mask for each window that occurs. */
function masksOf(blocks: readonly Block[], windows: readonly (number | null)[]): tf.Tensor[] {
  const masks = new Map([...new Set(windows)].map((window) => [window, createMask(blocks, window)]));
  return windows.map((window) => masks.get(window)!);
}
