/** Not a test: a child of the engine that breaks a rule of ggml, which ends the process. */
import { ggmlType } from "../../../src/engine/ggml/functions.js";
import { loadGgml } from "../../../src/engine/ggml/library.js";
import { createContext, createOps } from "../../../src/engine/ggml/tensor.js";

process.once("message", () => {
  const ggml = loadGgml();
  const ops = createOps(ggml, createContext(ggml, 8));
  ops.matmul(ops.tensor(ggmlType.F32, 3, 4), ops.tensor(ggmlType.F32, 5, 6));
});
