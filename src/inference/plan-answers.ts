/** What it takes to have a model answered by llama.cpp: exported weights, a cache for each answer, and a pass over all weights a token. */
import { availableMemory } from "../engine/available-memory.js";
import type { ModelConfig } from "../model/config.js";
import { forwardFlops } from "../plan/forward-flops.js";
import type { Machine } from "../plan/machine.js";
import { weightsIn } from "../plan/model-facts.js";
import type { Count, PlannedMemory, Work } from "../plan/stage-plan.js";

/** Bytes of a weight in a GGUF; of q8_0 a scale for each 32. */
const weightBytes = { f32: 4, f16: 2, bf16: 2, q8_0: 34 / 32 } as const;

export interface PlannedAnswers {
  what: string;
  config: ModelConfig;
  type: keyof typeof weightBytes;
  /** Tokens of all prompts, and of what is generated. */
  prompts: Count | null;
  answers: Count | null;
  /** Answers side by side, and the positions of each. */
  parallel: number;
  context: number;
}

export interface AnswerCost {
  work: Work;
  /** Bytes of the exported weights, which are a file too. */
  gguf: number;
  /** Of weights and caches. */
  bytes: number;
}

export async function planAnswers(plan: PlannedAnswers, machine: Machine): Promise<AnswerCost> {
  const { what, config, type, prompts, answers, parallel, context } = plan;
  const gguf = weightBytes[type] * weightsIn(config);
  // Keys and values in 16 bits.
  const cache = 4 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * context * parallel;
  const known = prompts !== null && answers !== null;
  const tokens: Count | null = known ? { value: prompts.value + answers.value, certainty: answers.certainty } : null;
  const flops = tokens && forwardFlops(config, tokens.value, context);
  const computing = await machine.computing(flops, { config, precision: "bf16", tokens: 512 });
  const reading = await machine.reading(answers && (gguf * answers.value) / parallel);
  return {
    work: { what, tokens, flops, seconds: computing && Math.max(computing, reading ?? 0) },
    gguf,
    bytes: gguf + cache,
  };
}

/** `free`: bytes of the device; this machine's memory where that is not known. */
export function answersMemory(what: string, bytes: number, free: number | null): PlannedMemory {
  const free_bytes = free ?? availableMemory();
  return { what, bytes, free_bytes, fits: bytes <= free_bytes, remedies: [] };
}
