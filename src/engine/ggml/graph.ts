/** A compute graph that is built once, checked against the device and run as often as wanted. */
import { EngineError } from "../../errors.js";
import { type Backend, outOfMemory } from "./backend.js";
import type { Pointer } from "./functions.js";
import { createContext, createOps, type Ops, type Tensor } from "./tensor.js";

export interface Graph {
  /** Runs on a thread of its own, so that the event loop stays free. Throws `EngineError`. */
  compute(): Promise<void>;
  nodes: number;
  /** For intermediate results, and on a CPU for its work space. */
  bytes: number;
  free(): void;
}

/**
 * `describe` builds the operations and calls `want` for each tensor that must be computed, in the order
 * in which that should happen. Throws `EngineError` where the device lacks an operation or memory.
 */
export function buildGraph(
  backend: Backend,
  maximumNodes: number,
  describe: (ops: Ops, want: (tensor: Tensor) => void) => void,
): Graph {
  const { ggml } = backend;
  const context = createContext(ggml, maximumNodes);
  const graph = ggml.ggml_new_graph_custom(context, maximumNodes, false);
  const ops = createOps(ggml, context);
  describe(ops, (tensor) => ggml.ggml_build_forward_expand(graph, tensor.at));
  const nodes = ggml.ggml_graph_n_nodes(graph);
  checkSupport(backend, graph, nodes);
  const allocator = ggml.ggml_gallocr_new(backend.bufferType);
  const bytes = reserve(backend, allocator, graph) + (backend.isCpu ? ops.workBytes() : 0);
  backend.memory.add("activations", bytes);
  return {
    nodes,
    bytes,
    compute: () =>
      new Promise((resolve, reject) => {
        ggml.ggml_backend_graph_compute.async(backend.handle, graph, (error, status) => {
          if (error) reject(error);
          else if (status !== 0) reject(new EngineError("engine.compute", `${backend.name} failed (status ${status})`));
          else resolve();
        });
      }),
    free: () => {
      ggml.ggml_gallocr_free(allocator);
      backend.memory.add("activations", -bytes);
      ggml.ggml_free(context);
    },
  };
}

/** Bytes of the intermediate results, allocated unless the backend only plans. */
function reserve(backend: Backend, allocator: Pointer, graph: Pointer): number {
  const { ggml, planning } = backend;
  if (planning) {
    const sizes = new BigUint64Array(1);
    ggml.ggml_gallocr_reserve_n_size(allocator, graph, null, null, sizes);
    return Number(sizes[0]);
  }
  if (!ggml.ggml_gallocr_alloc_graph(allocator, graph)) throw outOfMemory(backend, "activations");
  return ggml.ggml_gallocr_get_buffer_size(allocator, 0);
}

function checkSupport(backend: Backend, graph: Pointer, nodes: number): void {
  const { ggml } = backend;
  for (let i = 0; i < nodes; i++) {
    const node = ggml.ggml_graph_node(graph, i);
    if (ggml.ggml_backend_supports_op(backend.handle, node)) continue;
    const operation = ggml.ggml_op_desc(node);
    if (backend.unsupported !== undefined) {
      backend.unsupported.add(operation);
      continue;
    }
    throw new EngineError("engine.unsupported", `${backend.name} cannot compute ${operation}`, {
      hint: "Choose another device or precision: f32 on the CPU computes everything.",
    });
  }
}
