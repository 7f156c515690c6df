/** Dropout of the adapters' inputs on the device: see lora-dropout.ts. */
import { float32ToF16 } from "../../model/float-formats.js";
import { drawDropoutRows, dropoutRows, dropoutTable, droppingParameters } from "../lora-dropout.js";
import type { ParameterLayout } from "../parameter-layout.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { allocate, upload } from "./memory.js";
import type { Ops, Tensor } from "./tensor.js";

export interface AdapterDropout {
  /** `x` [in, N] with the mask of the adapter whose half A is called `name`; the same mask each time within a micro-batch. */
  apply(ops: Ops, x: Tensor, name: string): Tensor;
  /** Draws the masks of a micro-batch. */
  draw(step: number, microBatch: number): void;
}

/** Null where nothing is dropped. `tokens`: N of a micro-batch. */
export function createAdapterDropout(
  backend: Backend,
  layout: ParameterLayout,
  { dropout, seed, tokens }: { dropout: number; seed: number; tokens: number },
): AdapterDropout | null {
  const adapters = droppingParameters(layout);
  if (dropout === 0 || adapters.length === 0) return null;
  const width = Math.max(...adapters.map(({ shape }) => shape[1]!));
  const order = new Map(adapters.map(({ name }, i) => [name, i]));
  const count = tokens * adapters.length;
  const memory = allocate(backend, "inputs", 2, (ops) => ({
    table: ops.tensor(ggmlType.F16, width, dropoutRows),
    rows: ops.tensor(ggmlType.I32, count),
  }));
  // Zeros and ones are exact in 16 bits, which 1 / (1 − dropout) is not.
  const mask = dropoutTable(seed, dropout, width).map((value) => (value > 0 ? 1 : 0));
  upload(backend, memory.table, float32ToF16(mask));
  return {
    apply(ops, x, name) {
      const rows = ops.slice(memory.rows, tokens * order.get(name)!, tokens);
      const kept = ops.mul(x, ops.rows(ops.shortRows16(memory.table, x.shape[0]), rows));
      return ops.scale(kept, 1 / (1 - dropout));
    },
    draw: (step, microBatch) => upload(backend, memory.rows, drawDropoutRows(seed, step, microBatch, count)),
  };
}
