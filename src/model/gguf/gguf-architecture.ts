/**
 * How llama.cpp knows each family, and what it cannot hold of one. Its loader refuses a file with a tensor that it does not
 * ask for, so what it has no place for is refused here, by name and before anything is written. Source: src/models/ of
 * ggml-org/llama.cpp at the release that node-llama-cpp pins.
 */
import { CheckpointError } from "../../errors.js";
import type { Architecture, ModelConfig } from "../config.js";

export interface GgufArchitecture {
  /** `general.architecture`, and the prefix of the model's keys. */
  name: "llama" | "qwen2" | "qwen3";
  /** Which rows of a head turn against one another: neighbours, or the two halves as in Hugging Face's layout. */
  turns: "neighbours" | "halves";
}

/** Mistral is Llama to llama.cpp: its code for them has no sliding window, and no code for it beside. */
const architectures: Record<Architecture, GgufArchitecture> = {
  llama: { name: "llama", turns: "neighbours" },
  mistral: { name: "llama", turns: "neighbours" },
  qwen2: { name: "qwen2", turns: "halves" },
  qwen3: { name: "qwen3", turns: "halves" },
};

/** Throws `CheckpointError` naming `folder` and what llama.cpp has no place for. */
export function ggufArchitecture(config: ModelConfig, folder: string): GgufArchitecture {
  const architecture = architectures[config.architecture];
  const lacking = architecture.name === "llama" ? [] : lackingInQwen(config);
  if (lacking.length === 0) return architecture;
  throw new CheckpointError(
    "gguf.architecture",
    `${folder}: llama.cpp's ${architecture.name} has no ${lacking.join(" and no ")}, so this model cannot be exported to GGUF`,
    { hint: "It can be trained and saved in Hugging Face layout all the same." },
  );
}

function lackingInQwen(config: ModelConfig): string[] {
  const lacking: string[] = [];
  if (config.rope_scaling?.rope_type === "llama3") lacking.push("rotary scaling of type llama3");
  if (config.biased_modules.includes("o_proj")) lacking.push("bias of o_proj");
  const heads = config.num_attention_heads * config.head_dim;
  if (config.architecture === "qwen2" && heads !== config.hidden_size) {
    lacking.push(`heads of other than ${config.hidden_size} numbers together (here ${heads})`);
  }
  return lacking;
}
