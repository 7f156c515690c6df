/**
 * The families that one reader and one graph serve, and how each differs from Llama: what an absent key of config.json
 * means, and which linear maps have a bias. Source: the configuration and modelling classes of transformers (models/llama,
 * mistral, qwen2, qwen3).
 */
import { CheckpointError } from "../errors.js";
import { type TargetModule, targetModules } from "./tensor-names.js";

export interface Family {
  /** Where the key is absent; null: as many as there are query heads, which a key of null means too. */
  num_key_value_heads: number | null;
  /** Null: hidden_size / num_attention_heads. */
  head_dim: number | null;
  max_position_embeddings: number;
  /** Queries and keys are normed head by head before they are turned. */
  qk_norm: boolean;
  /** Which keys say where attention slides: none are looked at, `sliding_window` alone, or that and Qwen's further ones. */
  windows: "none" | "all_layers" | "later_layers";
  biased(config: BiasKeys): readonly TargetModule[];
}

interface BiasKeys {
  attention_bias?: boolean | null | undefined;
  mlp_bias?: boolean | null | undefined;
}

const attention = targetModules.slice(0, 4);
const feedForward = targetModules.slice(4);

export const families = {
  llama: {
    num_key_value_heads: null,
    head_dim: null,
    max_position_embeddings: 2048,
    qk_norm: false,
    windows: "none",
    biased: ({ attention_bias, mlp_bias }) => [...(attention_bias ? attention : []), ...(mlp_bias ? feedForward : [])],
  },
  mistral: {
    num_key_value_heads: 8,
    head_dim: null,
    max_position_embeddings: 131072,
    qk_norm: false,
    windows: "all_layers",
    biased: () => [],
  },
  qwen2: {
    num_key_value_heads: 32,
    head_dim: null,
    max_position_embeddings: 32768,
    qk_norm: false,
    windows: "later_layers",
    biased: () => ["q_proj", "k_proj", "v_proj"],
  },
  qwen3: {
    num_key_value_heads: 32,
    head_dim: 128,
    max_position_embeddings: 32768,
    qk_norm: true,
    windows: "later_layers",
    biased: ({ attention_bias }) => (attention_bias ? attention : []),
  },
} as const satisfies Record<string, Family>;

export type Architecture = keyof typeof families;

/**
 * The family that `model_type` and `architectures` of a config.json name. Throws `CheckpointError` where they name none,
 * one that is not supported, or two.
 */
export function readArchitecture(raw: Record<string, unknown>, source: string): Architecture {
  const classes = Array.isArray(raw.architectures) ? raw.architectures : [];
  const named = [raw.model_type, ...classes].filter((name) => typeof name === "string");
  const [first] = named;
  if (first === undefined) throw new CheckpointError("checkpoint.config_invalid", `${source}: model_type: missing`);
  const found = named.map((name) => ({ name, family: familyNamed(name) }));
  const unknown = found.find(({ family }) => family === undefined);
  if (unknown !== undefined) throw unsupported(unknown.name, source);
  const family = found[0]!.family!;
  const other = found.find((entry) => entry.family !== family);
  if (other === undefined) return family;
  throw new CheckpointError(
    "checkpoint.architecture",
    `${source}: says both ${JSON.stringify(first)} and ${JSON.stringify(other.name)}`,
    { hint: "model_type and architectures must name one family; correct the one that the weights are not of." },
  );
}

function familyNamed(name: string): Architecture | undefined {
  const family = name.replace(/ForCausalLM$/, "").toLowerCase();
  return (Object.keys(families) as Architecture[]).find((known) => known === family);
}

function unsupported(name: string, source: string): CheckpointError {
  return new CheckpointError(
    "checkpoint.architecture",
    `${source}: the architecture ${JSON.stringify(name)} is not supported; Llama, Mistral, Qwen2 and Qwen3 are`,
    {
      hint: /moe|mixtral/i.test(name)
        ? "Mixtures of experts cannot be computed; take a dense model of the family."
        : "A text-only decoder with a language-model head is needed: LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM or Qwen3ForCausalLM.",
    },
  );
}
