/** Dropout of the adapters' inputs: see ../lora-dropout.ts. */
import * as tf from "@tensorflow/tfjs-core";
import { drawDropoutRows, dropoutRows, dropoutTable, droppingParameters } from "../lora-dropout.js";
import type { ParameterLayout } from "../parameter-layout.js";

/** `x` [N, in] with the mask of the adapter whose half A has this name. */
export type Drop = (x: tf.Tensor, name: string) => tf.Tensor;

export interface AdapterDropout {
  /** The masks of a micro-batch (from 0) of a step, for `tokens` positions. */
  draw(step: number, microBatch: number, tokens: number): Drop;
  close(): void;
}

export function createAdapterDropout(
  layout: ParameterLayout,
  { dropout, seed }: { dropout: number; seed: number },
): AdapterDropout {
  const adapters = droppingParameters(layout);
  if (dropout === 0 || adapters.length === 0) return { draw: () => (x) => x, close: () => {} };
  const widths = adapters.map(({ shape }) => shape[1]!);
  const width = Math.max(...widths);
  const whole = dropoutTable(seed, dropout, width);
  /** A map takes the first columns of the table: one copy for each width. */
  const tables = new Map(
    [...new Set(widths)].map((columns) => [columns, tf.tidy(() => firstColumns(whole, width, columns))]),
  );
  return {
    draw(step, microBatch, tokens) {
      const rows = drawDropoutRows(seed, step, microBatch, adapters.length * tokens);
      return (x, name) => {
        const index = adapters.findIndex((adapter) => adapter.name === name);
        const own = tf.tensor1d(rows.slice(index * tokens, (index + 1) * tokens), "int32");
        return tf.mul(x, tf.gather(tables.get(x.shape[1]!)!, own));
      };
    },
    close: () => tf.dispose([...tables.values()]),
  };
}

function firstColumns(table: Float32Array, width: number, columns: number): tf.Tensor {
  return tf.slice(tf.tensor2d(table, [dropoutRows, width]), [0, 0], [dropoutRows, columns]);
}
