/** What the device can do at most: the rate of a large product of the kind that training consists of. */
import type { Precision } from "../engine.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { buildGraph } from "./graph.js";
import { allocate } from "./memory.js";
import type { ElementType } from "./tensor.js";

/** A product this long (ms) is no longer about starting it; a device that is slower than that is not asked for more. */
const longEnough = 10;
const sizes = [512, 1024, 2048, 4096, 8192];
const fewRuns = 3;

/** Operations a second (a product and a sum are two), the best of a few runs of products up to the first that takes long enough. */
export async function measurePeakFlops(backend: Backend, precision: Precision): Promise<number> {
  let rate = 0;
  for (const size of sizes) {
    const milliseconds = await timeProduct(
      backend,
      { inner: size, rows: size, columns: size },
      precision === "f32" ? ggmlType.F32 : ggmlType.BF16,
    );
    rate = Math.max(rate, (2000 * size ** 3) / milliseconds);
    if (milliseconds >= longEnough) break;
  }
  return rate;
}

/** [rows, inner] × [inner, columns]: the best of a few runs after one to warm up, in milliseconds. */
export async function timeProduct(
  backend: Backend,
  { inner, rows, columns }: { inner: number; rows: number; columns: number },
  type: ElementType,
  runs = fewRuns,
): Promise<number> {
  const operands = allocate(backend, "inputs", 2, (ops) => ({
    matrix: ops.tensor(type, inner, rows),
    columns: ops.tensor(ggmlType.F32, inner, columns),
  }));
  const graph = buildGraph(backend, 8, (ops, want) => want(ops.matmul(operands.matrix, operands.columns)));
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    await graph.compute();
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  graph.free();
  operands.free();
  return best;
}
