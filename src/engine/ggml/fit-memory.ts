/** Makes a session fit into the device's memory, or says what would. */
import { EngineError } from "../../errors.js";
import type { TrainingOptions } from "../engine.js";
import type { Backend } from "./backend.js";
import { estimateMemory, type MemoryEstimate } from "./memory-estimate.js";
import { type MemoryUse, memoryUses } from "./memory-use.js";
import type { SessionPlan } from "./session.js";

/** What the device may run out of while others use it too. */
const usable = 0.95;

/** What is looked at before a run: of the checkpoint only the configuration. */
export type FittedJob = Omit<SessionPlan, "keepTransposes">;

export interface MemoryFit {
  fits: boolean;
  keepTransposes: boolean;
  estimate: MemoryEstimate;
  /** Bytes that may be taken. */
  free: number;
  /** Changes of the options that would make it fit, where it does not. */
  remedies: string[];
}

/** Whether transposes are kept. Throws `EngineError` where the session does not fit even without them. */
export async function fitMemory(backend: Backend, job: FittedJob): Promise<{ keepTransposes: boolean }> {
  const fit = await findFit(backend, job);
  if (!fit.fits) throw doesNotFit(backend, fit);
  return { keepTransposes: fit.keepTransposes };
}

/** The same without a refusal: with transposes where they fit, else without them, and what would help where neither fits. */
export async function findFit(backend: Backend, job: FittedJob): Promise<MemoryFit> {
  const free = usable * backend.freeMemory();
  for (const keepTransposes of [true, false]) {
    const estimate = await estimateMemory(backend, { ...job, keepTransposes });
    if (estimate.bytes <= free) return { fits: true, keepTransposes, estimate, free, remedies: [] };
  }
  const estimate = await estimateMemory(backend, { ...job, keepTransposes: false });
  return { fits: false, keepTransposes: false, estimate, free, remedies: await remedies(backend, job, free) };
}

/** Changes of the options, each alone, that would make it fit; all of them at once where none does. */
async function remedies(backend: Backend, job: FittedJob, free: number): Promise<string[]> {
  const { options } = job;
  const changes: [text: string, change: Partial<TrainingOptions>, useful: boolean][] = [
    ["activation_checkpointing: true", { activation_checkpointing: true }, !options.activation_checkpointing],
    ["micro_batch: 1", { micro_batch: 1 }, options.micro_batch > 1],
    ["precision: bf16", { precision: "bf16" }, options.precision === "f32"],
    ["precision: q8_0", { precision: "q8_0" }, options.precision !== "q8_0"],
  ];
  const possible = changes.filter(([, , useful]) => useful && job.layout.size > 0);
  const fits = async (change: Partial<TrainingOptions>): Promise<boolean> => {
    const changed = { ...job, options: { ...options, ...change }, keepTransposes: false };
    return (await estimateMemory(backend, changed)).bytes <= free;
  };
  const alone: string[] = [];
  for (const [text, change] of possible) if (await fits(change)) alone.push(text);
  if (alone.length > 0 || possible.length < 2) return alone;
  const all = Object.assign({}, ...possible.map(([, change]) => change)) as Partial<TrainingOptions>;
  return (await fits(all)) ? [possible.map(([text]) => text).join(" with ")] : [];
}

function doesNotFit(backend: Backend, { estimate: { bytes, uses }, free, remedies: would }: MemoryFit): EngineError {
  const parts = (Object.entries(uses) as [MemoryUse, number][])
    .filter(([, size]) => size > bytes / 100)
    .sort(([, a], [, b]) => b - a)
    .map(([use, size]) => `${memoryUses[use]} ${gigabytes(size)}`);
  return new EngineError(
    "engine.out_of_memory",
    `${backend.name}: ${gigabytes(bytes)} are needed (${parts.join(", ")}), ${gigabytes(free)} are free`,
    {
      hint:
        would.length > 0
          ? `Would fit: ${would.join("; or ")}.`
          : "Train fewer rows (rows: new), shorter blocks (block_size), or take a device with more memory.",
    },
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 2 : 1)} GB`;
