/** The model that is scored: a folder, a GGUF file with the tokenizer's folder beside it, or one on a server. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { BenchmarkError, EngineError } from "../errors.js";
import { isLoopback, keyVariable } from "../inference/endpoint/endpoint-url.js";
import { openEndpoint } from "../inference/endpoint/open-endpoint.js";
import type { FallibleModel } from "../inference/language-model.js";
import type { LanguageModelOptions } from "../inference/open-language-model.js";
import { type Interruption, withLanguageModel } from "../inference/with-language-model.js";
import { makeFolder } from "../make-folder.js";
import { openCheckpoint } from "../model/checkpoint.js";
import { readModelConfig } from "../model/config.js";
import { exactContext } from "../model/gguf/exact-context.js";
import { exportGguf } from "../model/gguf/export-gguf.js";
import { networkForbidden } from "../model/hub/hub-access.js";
import { embeddingName } from "../model/tensor-names.js";
import { sha256, sha256File } from "../sha256.js";
import { temporaryFolder } from "../temporary-folder.js";
import { findTokenizerFile, loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

export type WeightType = "f32" | "bf16" | "f16" | "q8_0";

export interface BenchmarkModel {
  tokenizer: Tokenizer;
  stopIds: number[];
  sha256: string;
  tokenizerSha256: string;
  /** What the weights are exported as; `gguf` where they come so, `endpoint` where a server has them. */
  type: WeightType | "gguf" | "endpoint";
  /** Positions that the model was trained for, a sliding window's at most; undefined where only llama.cpp knows. */
  contextLimit: number | undefined;
  /** Where the model is on a server: its address, without anything secret, and what it is called there. */
  endpoint?: { url: string; model: string } | undefined;
  /** What cannot be had of the model: log-probabilities (`score`) or answers (`generate`), with the reason. */
  lacks: { score?: string; generate?: string };
  /** The model for as long as `use` runs. Throws what `withLanguageModel` throws. */
  answering<T>(
    options: LanguageModelOptions,
    interruption: Interruption,
    use: (model: FallibleModel) => Promise<T>,
  ): Promise<T>;
}

/** A server with OpenAI's API. */
export interface EndpointPlace {
  url: string;
  /** What the server calls the model; needed where it has several. */
  model?: string | undefined;
  /** Requests at a time. */
  parallel?: number | undefined;
  /** Seconds that an attempt of a request may take. */
  seconds?: number | undefined;
  /** Milliseconds before a second attempt. */
  pause?: number | undefined;
}

export interface ModelPlace {
  /** Model folder, or a .gguf file. */
  model: string;
  /** Tokenizer folder; needed beside a .gguf file. */
  tokenizer?: string | undefined;
  /** Weights as they are in the folder by default. */
  type?: WeightType | undefined;
  /** Folder for the exported file, where it stays for the next time; a temporary one by default. */
  work?: string | undefined;
  /** The server that has the weights; `model` is then the folder or file with its tokenizer. */
  endpoint?: EndpointPlace | undefined;
}

/** Throws `BenchmarkError`, `CheckpointError`, `TokenizerError`, and `EngineError` where an endpoint cannot be used. */
export async function findBenchmarkModel(place: ModelPlace): Promise<BenchmarkModel> {
  const { model, endpoint } = place;
  if (!existsSync(model)) {
    throw new BenchmarkError("benchmark.no_model", `${model}: there is no such model folder or .gguf file`);
  }
  if (endpoint !== undefined) return endpointModel(place, endpoint);
  return statSync(model).isDirectory() ? folderModel(place) : ggufModel(place);
}

async function folderModel({ model, tokenizer: other, type, work }: ModelPlace): Promise<BenchmarkModel> {
  if (other !== undefined && path.resolve(other) !== path.resolve(model)) {
    throw new BenchmarkError("benchmark.two_tokenizers", `${model} is a folder with its own tokenizer`, {
      hint: "A tokenizer is named beside a .gguf file only.",
    });
  }
  const tokenizer = await loadTokenizer(model);
  const config = readModelConfig(model);
  const weights = hashFiles(model, (name) => name === "config.json" || name.endsWith(".safetensors"));
  const used = type ?? ownType(model);
  return {
    tokenizer,
    stopIds: [...new Set([...tokenizer.eosIds, ...config.eos_token_ids])],
    sha256: weights,
    tokenizerSha256: hashTokenizer(model),
    type: used,
    contextLimit: exactContext(config),
    lacks: {},
    answering: async (options, interruption, use) => {
      const kept = work !== undefined;
      if (kept) makeFolder(work);
      const folder = kept ? work : temporaryFolder("eval");
      try {
        const file = path.join(folder, `${weights.slice(0, 16)}-${hashTokenizer(model).slice(0, 8)}.${used}.gguf`);
        if (!existsSync(file)) await exportGguf({ model, out: file, type: used });
        return await withLanguageModel(file, options, interruption, use);
      } finally {
        if (!kept) rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Without a tokenizer named beside it the file's own is used. */
async function ggufModel({ model, tokenizer: place = model }: ModelPlace): Promise<BenchmarkModel> {
  const tokenizer = await loadTokenizer(place);
  return {
    tokenizer,
    stopIds: [...tokenizer.eosIds],
    sha256: sha256File(model),
    tokenizerSha256: hashTokenizer(place),
    type: "gguf",
    contextLimit: undefined,
    lacks: {},
    answering: (options, interruption, use) => withLanguageModel(model, options, interruption, use),
  };
}

/** Its identity is its address, its name there and the tokenizer: weights behind an address cannot be hashed. */
async function endpointModel(
  { model, tokenizer: place = model }: ModelPlace,
  endpoint: EndpointPlace,
): Promise<BenchmarkModel> {
  const tokenizer = await loadTokenizer(place);
  const config = existsSync(path.join(model, "config.json")) ? readModelConfig(model) : undefined;
  if (networkForbidden() && !(URL.canParse(endpoint.url) && isLoopback(endpoint.url))) {
    throw new BenchmarkError("benchmark.offline", "--endpoint: the network is forbidden (--offline or LEP_OFFLINE)");
  }
  const found = await openEndpoint({ ...endpoint, tokenizer, key: process.env[keyVariable] || undefined });
  const limits = [found.contextLength, config && exactContext(config)].filter((limit) => limit !== undefined);
  const contextLimit = limits.length > 0 ? Math.min(...limits) : undefined;
  return {
    tokenizer,
    stopIds: [...new Set([...tokenizer.eosIds, ...(config?.eos_token_ids ?? [])])],
    sha256: sha256(`${found.url}\n${found.model}\n`),
    tokenizerSha256: hashTokenizer(place),
    type: "endpoint",
    contextLimit,
    endpoint: { url: found.url, model: found.model },
    lacks: found.lacks,
    answering: ({ contextLength = contextLimit ?? assumedContext }, { signal, activity }, use) =>
      endOnSignal(found, signal, activity, () => use(found.answering(contextLength))),
  };
}

/** Where neither the server nor a config says how much it takes. */
const assumedContext = 2048;

async function endOnSignal<T>(
  endpoint: { close(): void },
  signal: AbortSignal | undefined,
  activity: string,
  work: () => Promise<T>,
): Promise<T> {
  const interrupted = (): EngineError => new EngineError("run.interrupted", `interrupted while ${activity}`);
  if (signal?.aborted) throw interrupted();
  const stop = (): void => endpoint.close();
  signal?.addEventListener("abort", stop);
  try {
    return await work();
  } catch (error) {
    throw signal?.aborted ? interrupted() : error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function ownType(folder: string): WeightType {
  const checkpoint = openCheckpoint(folder);
  try {
    const type = checkpoint.tensors.get(embeddingName)?.dtype;
    return type === "BF16" ? "bf16" : type === "F16" ? "f16" : "f32";
  } finally {
    checkpoint.close();
  }
}

const tokenizerFiles = [
  "added_tokens.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
  "generation_config.json",
];

/** All that prompts and ends of answers depend on. */
export function hashTokenizer(place: string): string {
  if (!statSync(place).isDirectory()) return sha256File(place);
  const vocabulary = path.basename(findTokenizerFile(place));
  return hashFiles(place, (name) => name === vocabulary || tokenizerFiles.includes(name));
}

function hashFiles(folder: string, belongs: (name: string) => boolean): string {
  const names = readdirSync(folder).filter(belongs).sort();
  return sha256(names.map((name) => `${name} ${sha256File(path.join(folder, name))}\n`).join(""));
}
