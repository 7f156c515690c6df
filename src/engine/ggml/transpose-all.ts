/** Transposes of frozen linear maps, made once on the device. */
import type { Backend } from "./backend.js";
import { buildGraph } from "./graph.js";
import { allocate } from "./memory.js";
import type { Tensor } from "./tensor.js";
import type { FrozenSpec } from "./weights.js";

export async function transposeAll(
  backend: Backend,
  specs: readonly FrozenSpec[],
  from: ReadonlyMap<string, Tensor>,
): Promise<Map<string, Tensor>> {
  if (specs.length === 0) return new Map();
  const { tensors } = allocate(backend, "transposes", specs.length, (ops) => ({
    tensors: new Map(specs.map(({ name, type, shape }) => [name, ops.tensor(type, ...[...shape].reverse())])),
  }));
  const graph = buildGraph(backend, 4 * specs.length + 4, (ops, want) => {
    for (const [name, target] of tensors) want(ops.copy(ops.transpose(from.get(name)!), target));
  });
  if (!backend.planning) await graph.compute();
  graph.free();
  return tensors;
}
