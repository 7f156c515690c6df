/** config.json of a model folder, checked as a whole: every fault is in one message. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { CheckpointError } from "../errors.js";
import { isTooDeep } from "../nesting-depth.js";
import { type Architecture, type Family, families, readArchitecture } from "./architectures.js";
import { type RopeScaling, readRope } from "./rope-scaling.js";
import { slidingWindows } from "./sliding-windows.js";
import type { TargetModule } from "./tensor-names.js";

export type { Architecture } from "./architectures.js";
export type { Llama3RopeScaling, RopeScaling } from "./rope-scaling.js";

export interface ModelConfig {
  /** config.json as read. */
  raw: Record<string, unknown>;
  architecture: Architecture;
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  /** Rows of embedding and LM head; may be more than the tokenizer has ids. */
  vocab_size: number;
  rms_norm_eps: number;
  rope_theta: number;
  rope_scaling: RopeScaling | null;
  /** Linear maps of every block that have a bias. */
  biased_modules: readonly TargetModule[];
  /** Queries and keys go through an RMS norm over each head, [head_dim], before they are turned. */
  qk_norm: boolean;
  /** One entry a layer: a position sees itself and the window − 1 positions before it; null: all before it. */
  sliding_windows: readonly (number | null)[];
  tie_word_embeddings: boolean;
  max_position_embeddings: number;
  bos_token_id: number | undefined;
  /** All ids that end a text: generation_config.json where it says so, else config.json. */
  eos_token_ids: number[];
}

// Wide bounds: they only keep absurd numbers from becoming huge loops and allocations.
const size = z
  .int()
  .min(1)
  .max(2 ** 24);
const positive = z.number().positive();
const id = z.int().min(0);
const ids = z.union([id, z.array(id)], "expected an id or a list of ids").nullish();

const configSchema = z.object({
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: z.int().min(1).max(4096),
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  vocab_size: size,
  rms_norm_eps: positive.default(1e-6),
  rope_theta: positive.nullish(),
  rope_scaling: z.record(z.string(), z.unknown()).nullish(),
  rope_parameters: z.record(z.string(), z.unknown()).nullish(),
  tie_word_embeddings: z.boolean().default(false),
  max_position_embeddings: size.optional(),
  bos_token_id: ids,
  eos_token_id: ids,
  hidden_act: z.literal("silu").default("silu"),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  // Its bounds are looked at where it is used: families that do not slide carry all sorts of values.
  sliding_window: z.number().nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.int().min(0).nullish(),
  layer_types: z.array(z.string()).nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
  quantization_config: z.null("quantised weights cannot be read").optional(),
});

/** Reads `folder`/config.json and the end-of-text ids of generation_config.json. Throws `CheckpointError` naming the file and every fault. */
export function readModelConfig(folder: string): ModelConfig {
  const file = path.join(folder, "config.json");
  if (!existsSync(folder))
    throw new CheckpointError("checkpoint.not_found", `${folder}: there is no such model folder`);
  if (!existsSync(file)) {
    throw new CheckpointError("checkpoint.config_missing", `${folder}: there is no config.json in this folder`, {
      hint: "A model is a folder in Hugging Face layout: config.json, *.safetensors and tokenizer files.",
    });
  }
  const config = parseModelConfig(readJsonObject(file), file);
  const generation = path.join(folder, "generation_config.json");
  if (!existsSync(generation)) return config;
  const parsed = z.object({ eos_token_id: ids }).safeParse(readJsonObject(generation));
  if (!parsed.success) throw invalid(generation, faultsOf(parsed.error));
  const eos = idList(parsed.data.eos_token_id);
  const faults = rowFaults("eos_token_id", eos, config.vocab_size);
  if (faults.length > 0) throw invalid(generation, faults);
  return eos.length === 0 ? config : { ...config, eos_token_ids: eos };
}

/** `raw` is a parsed config.json, `source` its file for messages. Throws `CheckpointError` with every fault. */
export function parseModelConfig(raw: unknown, source: string): ModelConfig {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw invalid(source, ["expected an object"]);
  const given = raw as Record<string, unknown>;
  const architecture = readArchitecture(given, source);
  const family: Family = families[architecture];
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) throw invalid(source, faultsOf(parsed.error));
  const { data } = parsed;
  const faults: string[] = [];
  const heads = data.num_attention_heads;
  const absent = data.num_key_value_heads === undefined ? family.num_key_value_heads : null;
  const keyValueHeads = data.num_key_value_heads ?? absent ?? heads;
  if (heads % keyValueHeads !== 0) {
    const origin = absent === null ? "" : `, what ${architecture} has where the key is absent,`;
    faults.push(`num_key_value_heads: ${keyValueHeads}${origin} does not divide num_attention_heads (${heads})`);
  }
  const headDim = data.head_dim ?? family.head_dim ?? data.hidden_size / heads;
  if (!Number.isInteger(headDim)) {
    faults.push(`hidden_size: ${data.hidden_size} is not a multiple of num_attention_heads (${heads})`);
  } else if (headDim % 2 !== 0) {
    faults.push(`head_dim: ${headDim} is odd, but rotary positions turn pairs`);
  }
  const hints: string[] = [];
  const rope = readRope(data, faults, hints);
  const windows = slidingWindows(architecture, data, faults);
  const bos = idList(data.bos_token_id);
  const eos = idList(data.eos_token_id);
  faults.push(...rowFaults("bos_token_id", bos, data.vocab_size), ...rowFaults("eos_token_id", eos, data.vocab_size));
  if (faults.length > 0) throw invalid(source, faults, hints[0]);
  return {
    raw: given,
    architecture,
    hidden_size: data.hidden_size,
    intermediate_size: data.intermediate_size,
    num_hidden_layers: data.num_hidden_layers,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: headDim,
    vocab_size: data.vocab_size,
    rms_norm_eps: data.rms_norm_eps,
    ...rope,
    biased_modules: family.biased(data),
    qk_norm: family.qk_norm,
    sliding_windows: windows,
    tie_word_embeddings: data.tie_word_embeddings,
    max_position_embeddings: data.max_position_embeddings ?? family.max_position_embeddings,
    bos_token_id: bos[0],
    eos_token_ids: eos,
  };
}

const idList = (value: number | number[] | null | undefined): number[] =>
  value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];

const rowFaults = (key: string, list: number[], rows: number): string[] =>
  list.filter((entry) => entry >= rows).map((entry) => `${key}: ${entry}, but vocab_size is ${rows}`);

const faultsOf = (error: z.ZodError): string[] =>
  error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);

const invalid = (source: string, faults: string[], hint?: string): CheckpointError =>
  new CheckpointError(
    "checkpoint.config_invalid",
    `${source}: ${faults.join("; ")}`,
    hint === undefined ? {} : { hint },
  );

/** Throws `CheckpointError` where `file` cannot be read or holds no JSON object. */
export function readJsonObject(file: string): Record<string, unknown> {
  let value: unknown;
  try {
    const text = readFileSync(file, "utf8");
    if (isTooDeep(text, "json")) throw new SyntaxError("lists or objects too deep within one another");
    value = JSON.parse(text);
  } catch (cause) {
    const code = cause instanceof SyntaxError ? "checkpoint.json_invalid" : "checkpoint.unreadable";
    throw new CheckpointError(code, `${file}: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CheckpointError("checkpoint.json_invalid", `${file}: expected a JSON object`);
}
