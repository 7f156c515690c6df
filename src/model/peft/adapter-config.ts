/**
 * `adapter_config.json` of a LoRA adapter as PEFT writes it (arXiv 2106.09685). What changes the numbers is either understood
 * here or refused by name; keys that PEFT may add later count as neutral only where they are empty or false.
 */
import path from "node:path";
import { z } from "zod";
import { CheckpointError } from "../../errors.js";
import { readJsonObject } from "../config.js";

export const adapterConfigFile = "adapter_config.json";
export const adapterWeightsFile = "adapter_model.safetensors";

export interface AdapterConfig {
  /** Path or hub id of the model that it was trained on. */
  base: string | undefined;
  baseRevision: string | undefined;
  /** Rows of A of a module, such as `model.layers.0.self_attn.q_proj`. */
  rankOf(module: string): number;
  /** What B · A is multiplied with: alpha / r, or alpha / √r with rslora (arXiv 2312.03732). */
  scaleOf(module: string): number;
  /** Names that every adapted module ends with; undefined where the configuration says it in another way. */
  targets: readonly string[] | undefined;
  /** Modules that are saved as a whole. */
  saved: readonly string[];
}

const names = z.array(z.string());
const byName = z.record(z.string(), z.number().positive()).nullish();

const schema = z.object({
  peft_type: z.literal("LORA", "only LORA is read"),
  // A path, which ends at a NUL to the operating system, and is refused by Node without a word of the file.
  base_model_name_or_path: z
    .string()
    .refine((name) => !name.includes("\0"), "not a path")
    .nullish(),
  revision: z.string().nullish(),
  r: z.int().min(1),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: byName,
  alpha_pattern: byName,
  target_modules: z.union([z.string(), names]).nullish(),
  modules_to_save: names.nullish(),
  bias: z.literal("none", "trained biases are not read").nullish(),
  // These begin with other base weights than those of the base model's files.
  init_lora_weights: z
    .union([z.boolean(), z.enum(["gaussian", "eva", "orthogonal"])], "this initialisation changes the base's weights")
    .nullish(),
});

/** Say nothing about the numbers that the files hold. */
const neutral = new Set([
  "auto_mapping",
  "corda_config",
  "ensure_weight_tying",
  "eva_config",
  "exclude_modules",
  "inference_mode",
  "layers_pattern",
  "layers_to_transform",
  "lora_dropout",
  "peft_version",
  "qalora_group_size",
  "runtime_config",
  "task_type",
]);

/** Throws `CheckpointError` (`checkpoint.adapter_config`) naming the file and every key that cannot be followed. */
export function readAdapterConfig(folder: string): AdapterConfig {
  const file = path.join(folder, adapterConfigFile);
  const raw = readJsonObject(file);
  const parsed = schema.safeParse(raw);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  for (const [key, value] of Object.entries(raw)) {
    if (Object.hasOwn(schema.shape, key) || neutral.has(key) || isEmpty(value)) continue;
    faults.push(`${key}: ${shown(value)} is not supported`);
  }
  for (const key of ["rank_pattern", "alpha_pattern"] as const) {
    const odd = Object.keys(Object(raw[key])).find((pattern) => !/^\^?[\w.-]+$/.test(pattern));
    if (odd !== undefined) faults.push(`${key}: ${JSON.stringify(odd)}: only names of modules are supported`);
  }
  if (!parsed.success || faults.length > 0) {
    throw new CheckpointError("checkpoint.adapter_config", `${file}: ${faults.join("; ")}`, {
      hint: "Merge the adapter with PEFT (merge_and_unload), save the model, and use that folder.",
    });
  }
  const { r, lora_alpha, use_rslora, rank_pattern, alpha_pattern, target_modules, modules_to_save } = parsed.data;
  const rankOf = (module: string): number => ofModule(rank_pattern, module) ?? r;
  const everyLayer = isEmpty(raw.layers_to_transform) && isEmpty(raw.exclude_modules);
  return {
    base: parsed.data.base_model_name_or_path || undefined,
    baseRevision: parsed.data.revision || undefined,
    rankOf,
    scaleOf(module) {
      const alpha = ofModule(alpha_pattern, module) ?? lora_alpha;
      const rank = rankOf(module);
      return alpha / (use_rslora ? Math.sqrt(rank) : rank);
    },
    targets: Array.isArray(target_modules) && everyLayer ? target_modules : undefined,
    saved: modules_to_save ?? [],
  };
}

/** Its beginning as JSON, which a value read from JSON may be too deep for. */
function shown(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, 60);
  } catch {
    return "a value";
  }
}

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** The first entry whose name the module's ends with; one that begins with ^ is the whole name. */
function ofModule(entries: Record<string, number> | null | undefined, module: string): number | undefined {
  const match = Object.entries(entries ?? {}).find(([name]) =>
    name.startsWith("^") ? module === name.slice(1) : isModule(module, name),
  );
  return match?.[1];
}

/** Whether `module` is called `name`, with or without what stands before a dot. */
export const isModule = (module: string, name: string): boolean => module === name || module.endsWith(`.${name}`);
