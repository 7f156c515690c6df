/** config.json of a model folder, checked as a whole: every fault is in one message. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { CheckpointError } from "../errors.js";

/** How LLaMa-3.1 and later stretch the slow rotary frequencies. */
export interface Llama3RopeScaling {
  rope_type: "llama3";
  factor: number;
  low_freq_factor: number;
  high_freq_factor: number;
  original_max_position_embeddings: number;
}

export interface ModelConfig {
  /** config.json as read. */
  raw: Record<string, unknown>;
  architecture: "llama";
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
  rope_scaling: Llama3RopeScaling | null;
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

const llama3Scaling = z.object({
  factor: positive,
  low_freq_factor: positive,
  high_freq_factor: positive,
  original_max_position_embeddings: size,
});

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
  max_position_embeddings: size.default(2048),
  bos_token_id: ids,
  eos_token_id: ids,
  hidden_act: z.literal("silu").default("silu"),
  attention_bias: z.literal(false).nullish(),
  mlp_bias: z.literal(false).nullish(),
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
  checkArchitecture(given, source);
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) throw invalid(source, faultsOf(parsed.error));
  const { data } = parsed;
  const faults: string[] = [];
  const heads = data.num_attention_heads;
  const keyValueHeads = data.num_key_value_heads ?? heads;
  if (heads % keyValueHeads !== 0) {
    faults.push(`num_key_value_heads: ${keyValueHeads} does not divide num_attention_heads (${heads})`);
  }
  const headDim = data.head_dim ?? data.hidden_size / heads;
  if (!Number.isInteger(headDim)) {
    faults.push(`hidden_size: ${data.hidden_size} is not a multiple of num_attention_heads (${heads})`);
  } else if (headDim % 2 !== 0) {
    faults.push(`head_dim: ${headDim} is odd, but rotary positions turn pairs`);
  }
  const rope = readRope(data, faults);
  const bos = idList(data.bos_token_id);
  const eos = idList(data.eos_token_id);
  faults.push(...rowFaults("bos_token_id", bos, data.vocab_size), ...rowFaults("eos_token_id", eos, data.vocab_size));
  if (faults.length > 0) throw invalid(source, faults);
  return {
    raw: given,
    architecture: "llama",
    hidden_size: data.hidden_size,
    intermediate_size: data.intermediate_size,
    num_hidden_layers: data.num_hidden_layers,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: headDim,
    vocab_size: data.vocab_size,
    rms_norm_eps: data.rms_norm_eps,
    ...rope,
    tie_word_embeddings: data.tie_word_embeddings,
    max_position_embeddings: data.max_position_embeddings,
    bos_token_id: bos[0],
    eos_token_ids: eos,
  };
}

const laterArchitectures = ["mistral", "qwen2", "qwen3"];

function checkArchitecture(raw: Record<string, unknown>, source: string): void {
  const classes = Array.isArray(raw.architectures) ? raw.architectures : [];
  const named = [raw.model_type, ...classes].filter((name) => name !== undefined && name !== null).map(String);
  const family = (name: string): string => name.replace(/ForCausalLM$/, "").toLowerCase();
  if (named.length === 0) throw invalid(source, ["model_type: missing"]);
  const other = named.find((name) => family(name) !== "llama");
  if (other === undefined) return;
  throw new CheckpointError(
    "checkpoint.architecture",
    `${source}: the architecture ${JSON.stringify(other)} is not supported, only Llama is`,
    laterArchitectures.includes(family(other)) ? { hint: "Mistral, Qwen2 and Qwen3 come in a later version." } : {},
  );
}

type Rope = Pick<ModelConfig, "rope_theta" | "rope_scaling">;

/** Newer files keep everything in `rope_parameters`, older ones have `rope_theta` beside `rope_scaling`, with `type` before `rope_type`. */
function readRope(data: z.infer<typeof configSchema>, faults: string[]): Rope {
  const key = data.rope_parameters == null ? "rope_scaling" : "rope_parameters";
  const scaling = data[key] ?? {};
  const theta = scaling.rope_theta ?? data.rope_theta ?? 10000;
  const plain: Rope = { rope_theta: Number(theta), rope_scaling: null };
  if (!positive.safeParse(theta).success) faults.push(`${key}.rope_theta: expected a number above 0`);
  const turned = scaling.partial_rotary_factor;
  if (turned !== undefined && turned !== 1) faults.push(`${key}.partial_rotary_factor: only 1 is supported`);
  const type = scaling.rope_type ?? scaling.type ?? "default";
  if (type === "default") return plain;
  if (type !== "llama3") {
    faults.push(`${key}.rope_type: ${JSON.stringify(type)} is not supported, only "default" and "llama3" are`);
    return plain;
  }
  const parsed = llama3Scaling.safeParse(scaling);
  if (!parsed.success) {
    faults.push(...faultsOf(parsed.error, `${key}.`));
    return plain;
  }
  if (parsed.data.high_freq_factor <= parsed.data.low_freq_factor) {
    faults.push(`${key}.high_freq_factor: must be above low_freq_factor`);
  }
  return { ...plain, rope_scaling: { rope_type: "llama3", ...parsed.data } };
}

const idList = (value: number | number[] | null | undefined): number[] =>
  value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];

const rowFaults = (key: string, list: number[], rows: number): string[] =>
  list.filter((entry) => entry >= rows).map((entry) => `${key}: ${entry}, but vocab_size is ${rows}`);

const faultsOf = (error: z.ZodError, prefix = ""): string[] =>
  error.issues.map((issue) => `${prefix}${issue.path.join(".")}: ${issue.message}`);

const invalid = (source: string, faults: string[]): CheckpointError =>
  new CheckpointError("checkpoint.config_invalid", `${source}: ${faults.join("; ")}`);

/** Throws `CheckpointError` where `file` cannot be read or holds no JSON object. */
export function readJsonObject(file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const code = cause instanceof SyntaxError ? "checkpoint.json_invalid" : "checkpoint.unreadable";
    throw new CheckpointError(code, `${file}: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CheckpointError("checkpoint.json_invalid", `${file}: expected a JSON object`);
}
