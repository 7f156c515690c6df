/** What the propagation will take: least squares on the host, in float64, and the models that it writes. */
import { availableMemory } from "../engine/available-memory.js";
import { secondsForFiles } from "../plan/machine.js";
import { type ModelFacts, modelBytes } from "../plan/model-facts.js";
import type { AdaptedVocabulary } from "../plan/plan-tools.js";
import type { PlannedMemory, StagePlan, Work } from "../plan/stage-plan.js";
import { createRandom } from "../random.js";
import { solveLeastSquares } from "./least-squares.js";

export interface PropagationPlanJob {
  /** Of each model that is written: a propagation method, or another way to fill the rows. */
  methods: readonly string[];
  base: ModelFacts;
  instruct: ModelFacts;
  vocabulary: AdaptedVocabulary;
}

export async function planPropagation({ methods, base, instruct, vocabulary }: PropagationPlanJob): Promise<StagePlan> {
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
  const rate = await solvingRate();
  for (const method of methods) {
    const flops = tables * mapOperations(equationsOf(method, config.vocab_size, rows), rows, width);
    work.push({ what: method, tokens: null, flops, seconds: flops / rate + secondsForFiles(2 * bytes) });
  }
  const old = (base.config ?? config).vocab_size + config.vocab_size;
  const free_bytes = availableMemory();
  // Old and new tables of all models in float32, of the map the Gram matrix, right-hand sides, factor and gradient in float64.
  const needed = tables * 4 * width * (old + 2 * rows) + 4 * 8 * width ** 2;
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
  return method === "overlap" ? Math.min(original, adapted) : adapted;
}

/**
 * Floating-point operations: half of the Gram matrix, right-hand sides and residual are 5 · equations · width²; Cholesky's factor
 * and the solutions 7/3 · width³; the mapped rows 2 · rows · width².
 */
function mapOperations(equations: number, rows: number, width: number): number {
  return equations === 0 ? 0 : (5 * equations + 2 * rows) * width ** 2 + (7 / 3) * width ** 3;
}

/** Operations a second of a system that is solved at once, the best of a few runs. */
async function solvingRate(): Promise<number> {
  const [rows, width] = [1024, 192];
  const random = createRandom(1);
  const numbers = (): Float64Array => Float64Array.from({ length: rows * width }, () => random.normal());
  const block = { rows, x: numbers(), y: numbers() };
  let best = Number.POSITIVE_INFINITY;
  // The first run compiles.
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    await solveLeastSquares({ inputs: width, outputs: width, blocks: () => [block] });
    best = Math.min(best, performance.now() - start);
  }
  return (1000 * mapOperations(rows, 0, width)) / best;
}
