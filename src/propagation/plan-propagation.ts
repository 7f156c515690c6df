/** What the propagation will take: least squares on the host, in float64, and the models that it writes. */
import { availableMemory } from "../engine/available-memory.js";
import { createMatrixPool } from "../matrix/matrix-pool.js";
import { secondsForFiles } from "../plan/machine.js";
import { type ModelFacts, modelBytes } from "../plan/model-facts.js";
import type { AdaptedVocabulary } from "../plan/plan-tools.js";
import type { PlannedMemory, StagePlan, Work } from "../plan/stage-plan.js";
import { createRandom } from "../random.js";
import { solveLeastSquares } from "./least-squares.js";

export interface PropagationPlanJob {
  /** Of each model that is written: a propagation method, or another way to fill the rows. */
  methods: readonly string[];
  instruct: ModelFacts;
  vocabulary: AdaptedVocabulary;
  /** CPU threads; 0: all cores. */
  threads: number;
}

/** Node, and the rows that are in memory at a time: measured. */
const processBytes = 300e6;

export async function planPropagation({
  methods,
  instruct,
  vocabulary,
  threads,
}: PropagationPlanJob): Promise<StagePlan> {
  const { config } = instruct;
  if (config === null || vocabulary.size === null) {
    const note = "not known before the models and the vocabulary are there";
    return { work: [], memory: null, disk: null, notes: [note], warnings: [] };
  }
  const rows = vocabulary.size.value;
  const width = config.hidden_size;
  const tables = config.tie_word_embeddings ? 1 : 2;
  const bytes = modelBytes(instruct, config, rows);
  const work: Work[] = [];
  const rate = await solvingRate(threads);
  for (const method of methods) {
    const flops = tables * mapOperations(equationsOf(method, config.vocab_size, rows), rows, width);
    work.push({ what: method, tokens: null, flops, seconds: flops / rate + secondsForFiles(2 * bytes) });
  }
  const free_bytes = availableMemory();
  // Of the map the Gram matrix, right-hand sides, factor, solution and gradient in float64; rows of tables are in memory a few at a time.
  const needed = processBytes + 5 * 8 * width ** 2;
  const memory: PlannedMemory = {
    what: "least squares on the host",
    ...{ bytes: needed, free_bytes, fits: needed <= free_bytes, remedies: [] },
  };
  return {
    work,
    memory,
    disk: { kept: methods.length * bytes, meanwhile: 0 },
    notes: ["least squares: timed on a small system of this machine"],
    warnings: [],
  };
}

/** Rows of the system; what copies rows as they are has none. */
function equationsOf(method: string, original: number, adapted: number): number {
  if (method === "swap" || method === "initialised") return 0;
  if (method === "original-basis") return original;
  return method === "overlap" ? Math.min(original, adapted) : adapted;
}

/**
 * Floating-point operations: half of the Gram matrix, right-hand sides and residual are 5 · equations · width²; Cholesky's factor
 * and the solutions 7/3 · width³; the mapped rows 2 · rows · width².
 */
function mapOperations(equations: number, rows: number, width: number): number {
  return equations === 0 ? 0 : (5 * equations + 2 * rows) * width ** 2 + (7 / 3) * width ** 3;
}

const timedRuns = 5;

/** Operations a second of a system that is solved at once, of the fastest run: the first one starts the threads, and other work slows some. */
async function solvingRate(threads: number): Promise<number> {
  const [rows, width] = [4096, 256];
  const random = createRandom(1);
  const numbers = (): Float64Array => Float64Array.from({ length: rows * width }, () => random.normal());
  const [left, right] = [numbers(), numbers()];
  const fill = (first: number, count: number, x: Float64Array, y: Float64Array): void => {
    x.set(left.subarray(first * width, (first + count) * width));
    y.set(right.subarray(first * width, (first + count) * width));
  };
  const pool = createMatrixPool(threads);
  try {
    let fastest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < timedRuns; run++) {
      const start = performance.now();
      await solveLeastSquares({ inputs: width, outputs: width, rows, fill }, pool);
      fastest = Math.min(fastest, performance.now() - start);
    }
    return (1000 * mapOperations(rows, 0, width)) / fastest;
  } finally {
    await pool.close();
  }
}
