/** The peak that is estimated before a run against the one that is measured. */
import type { TrainingOptions } from "../../src/engine/engine.js";
import { openBackend } from "../../src/engine/ggml/backend.js";
import { fitMemory } from "../../src/engine/ggml/fit-memory.js";
import { estimateMemory } from "../../src/engine/ggml/memory-estimate.js";
import { parameterLayout } from "../../src/engine/parameter-layout.js";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { optionsOf, peakKey, rowsOf, trainOurs } from "./ours.js";
import { llama3Layer, llama3LayerNewRows, medium, small, type TrainingShape } from "./shapes.js";
import type { Workplace } from "./workplace.js";

const limit = 0.1;

interface Case {
  name: string;
  shape: TrainingShape;
  options?: Partial<TrainingOptions>;
}

const cases: Case[] = [
  { name: "small", shape: small },
  { name: "f32", shape: medium, options: { precision: "f32" } },
  { name: "bf16", shape: medium, options: { precision: "bf16" } },
  { name: "q8_0", shape: medium, options: { precision: "q8_0" } },
  { name: "full", shape: medium, options: { precision: "bf16", trainable: "full" } },
  { name: "LoRA", shape: medium, options: { precision: "bf16", trainable: "lora", tables: [] } },
  { name: "activation checkpointing", shape: medium, options: { precision: "bf16", activation_checkpointing: true } },
  { name: "accumulated", shape: medium, options: { precision: "bf16", micro_batch: 1 } },
  { name: "LLaMa-3-8B block and head", shape: llama3Layer },
  { name: "8,000 new rows of them", shape: llama3LayerNewRows },
];

export async function memoryEstimate(work: Workplace): Promise<BenchmarkEntry[]> {
  const notes: string[] = [];
  const errors: number[] = [];
  for (const one of cases) {
    try {
      const estimate = (await estimateOf(work, one)) / 2 ** 20;
      const measured = await measure(work, one);
      errors.push(estimate / measured - 1);
      notes.push(`${one.name} ${Math.round(estimate)} for ${Math.round(measured)} (${percent(errors.at(-1)!)})`);
    } catch (cause) {
      // A shape that does not fit into this machine's memory leaves the others.
      notes.push(`${one.name} was not measured: ${(cause as Error).message}`);
    }
    process.stderr.write(`${notes.at(-1)}\n`);
  }
  return [
    entry({
      name: "memory estimate",
      value: errors.length === 0 ? null : Math.max(...errors.map(Math.abs)),
      ...{ unit: "largest relative error", limit },
      note: `MB estimated and measured: ${notes.join(", ")}`,
    }),
  ];
}

/** Bytes, by the choices that a run makes. */
async function estimateOf(work: Workplace, { shape, options: more }: Case): Promise<number> {
  const checkpoint = openCheckpoint(work.model(shape));
  const options = optionsOf(shape, more);
  const layout = parameterLayout(checkpoint.config, options, rowsOf(shape));
  const compute = { device: "cpu", threads: work.threads } as const;
  const job = { checkpoint, layout, options, compute, blockLength: shape.length };
  const backend = openBackend("cpu", work.threads);
  try {
    return (await estimateMemory(backend, { ...job, ...(await fitMemory(backend, job)) })).bytes;
  } finally {
    checkpoint.close();
  }
}

/** MB; another entry may have measured it already. */
async function measure(work: Workplace, { shape, options }: Case): Promise<number> {
  const known = work.peaks.get(peakKey(shape, options));
  return known ?? (await trainOurs(work, { shape, ...(options && { options }), steps: 1 })).peak_mb;
}

const percent = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %`;
