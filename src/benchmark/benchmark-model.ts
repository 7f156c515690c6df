/** The model that is scored: a folder, or a GGUF file with the tokenizer's folder beside it. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BenchmarkError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { openCheckpoint } from "../model/checkpoint.js";
import { readModelConfig } from "../model/config.js";
import { exactContext } from "../model/gguf/exact-context.js";
import { exportGguf } from "../model/gguf/export-gguf.js";
import { embeddingName } from "../model/tensor-names.js";
import { sha256, sha256File } from "../sha256.js";
import { findTokenizerFile, loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

export type WeightType = "f32" | "bf16" | "f16" | "q8_0";

export interface BenchmarkModel {
  tokenizer: Tokenizer;
  stopIds: number[];
  sha256: string;
  tokenizerSha256: string;
  /** What the weights are exported as; `gguf` where they come so. */
  type: WeightType | "gguf";
  /** Positions that the model was trained for, a sliding window's at most; undefined where only llama.cpp knows. */
  contextLimit: number | undefined;
  /** The GGUF file, exported into a folder of its own where the model is a folder. */
  openFile(): Promise<{ file: string; release(): void }>;
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
}

/** Throws `BenchmarkError`, `CheckpointError`, `TokenizerError`. */
export async function findBenchmarkModel(place: ModelPlace): Promise<BenchmarkModel> {
  const { model } = place;
  if (!existsSync(model)) {
    throw new BenchmarkError("benchmark.no_model", `${model}: there is no such model folder or .gguf file`);
  }
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
    async openFile() {
      const kept = work !== undefined;
      if (kept) makeFolder(work);
      const folder = kept ? work : mkdtempSync(path.join(tmpdir(), "lep-eval-"));
      const release = (): void => {
        if (!kept) rmSync(folder, { recursive: true, force: true });
      };
      try {
        const file = path.join(folder, `${weights.slice(0, 16)}-${hashTokenizer(model).slice(0, 8)}.${used}.gguf`);
        if (!existsSync(file)) await exportGguf({ model, out: file, type: used });
        return { file, release };
      } catch (error) {
        release();
        throw error;
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
    openFile: async () => ({ file: model, release: () => {} }),
  };
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
