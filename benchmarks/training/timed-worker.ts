/**
 * The engine's child process with a watch: when each step began, and when ggml was computing. Written as JSON to the file that
 * LEP_BENCH_TIMES names, when the session is closed.
 */
import { writeFileSync } from "node:fs";
import { openBackend } from "../../src/engine/ggml/backend.js";
import { examineDevice } from "../../src/engine/ggml/examine-device.js";
import { ggmlType } from "../../src/engine/ggml/functions.js";
import { buildGraph } from "../../src/engine/ggml/graph.js";
import { loadGgml } from "../../src/engine/ggml/library.js";
import { allocate } from "../../src/engine/ggml/memory.js";
import { openGgmlSession } from "../../src/engine/ggml/session.js";
import { serveJobs } from "../../src/engine/serve-jobs.js";
import { median } from "../median.js";

/** All in milliseconds, on one clock. */
export interface Times {
  /** Begin of each step's gradients, and the end of them. */
  gradients: [from: number, to: number][];
  /** From each call of ggml's graph to its answer on the main thread. */
  computing: [from: number, to: number][];
  /** How much longer an answer takes to come from another thread than from a plain call. */
  answer: number;
}

const times: Times = { gradients: [], computing: [], answer: 0 };

const ggml = loadGgml();
const compute = ggml.ggml_backend_graph_compute;
/** Times of plain calls, where somebody wants to know them. */
let plain: number[] | null = null;
const watched: typeof compute.async = (backend, graph, answer) => {
  if (plain !== null) {
    const from = performance.now();
    compute(backend, graph);
    plain.push(performance.now() - from);
  }
  const from = performance.now();
  compute.async(backend, graph, (error, status) => {
    times.computing.push([from, performance.now()]);
    answer(error, status);
  });
};
Object.assign(ggml, { ggml_backend_graph_compute: Object.assign(compute.bind(null), { async: watched }) });

serveJobs(async (job) => {
  const session = await openGgmlSession(job);
  times.answer = await measureAnswer(job.compute.threads);
  times.computing.length = 0;
  return {
    ...session,
    async computeGradients(blocks, step) {
      const from = performance.now();
      const result = await session.computeGradients(blocks, step);
      times.gradients.push([from, performance.now()]);
      return result;
    },
    close() {
      writeFileSync(process.env.LEP_BENCH_TIMES!, JSON.stringify(times));
      session.close();
    },
  };
}, examineDevice);

/** Both ways in turns, on a graph that computes next to nothing. */
async function measureAnswer(threads: number): Promise<number> {
  const backend = openBackend("cpu", threads);
  const graph = buildGraph(backend, 8, (ops, want) => {
    want(ops.scale(allocate(backend, "inputs", 1, (inputs) => ({ one: inputs.tensor(ggmlType.F32, 1) })).one, 2));
  });
  times.computing.length = 0;
  plain = [];
  for (let i = 0; i < 101; i++) await graph.compute();
  const answer = median(times.computing.map(([from, to]) => to - from))! - median(plain)!;
  plain = null;
  graph.free();
  return answer;
}
