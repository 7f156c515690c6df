/** What the device can do at most: the rate of a large product of the kind that training consists of. */
import type { Precision } from "../engine.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { buildGraph } from "./graph.js";
import { allocate } from "./memory.js";

const runs = 3;

/** Operations a second (a product and a sum are two), the best of a few runs after one to warm up. */
export async function measurePeakFlops(backend: Backend, precision: Precision): Promise<number> {
  const size = backend.isCpu ? 1024 : 8192;
  const type = precision === "f32" ? ggmlType.F32 : ggmlType.BF16;
  const operands = allocate(backend, "inputs", 2, (ops) => ({
    matrix: ops.tensor(type, size, size),
    columns: ops.tensor(ggmlType.F32, size, size / 2),
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
  return (size ** 3 * 1000) / best;
}
