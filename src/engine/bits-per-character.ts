/**
 * Bits per character: how well a model predicts a text, comparable between tokenizers. The text is cut
 * into windows (see validation-windows.ts); Σ −ln p of all their tokens / characters / ln 2.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import type { Documents } from "../corpus/document.js";
import { makeFolder } from "../make-folder.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { readModelConfig } from "../model/config.js";
import type { Progress } from "../progress.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { ComputeOptions, Engine, Precision } from "./engine.js";
import { writeWindows } from "./validation-windows.js";

export interface BitsPerCharacterOptions {
  /** Model folder. */
  model: string;
  tokenizer: Tokenizer;
  /** Held-out text. */
  documents: Documents;
  /** Code points in a window; the last one of a document may be shorter. */
  window_characters: number;
  /** At most so many windows, spread evenly over the text; all where left out. */
  max_windows?: number;
  /** Blocks in one forward pass. */
  micro_batch?: number;
  precision?: Precision;
  compute: ComputeOptions;
  /** Folder for a temporary file. */
  work: string;
}

export interface BitsPerCharacter {
  bits_per_character: number;
  bits_per_byte: number;
  /** Per token of this tokenizer. */
  perplexity: number;
  /** Mean negative log-likelihood per token, nats. */
  loss: number;
  /** Code points. */
  characters: number;
  bytes: number;
  tokens: number;
  windows: number;
}

/**
 * Throws `CorpusError` (no text), `TokenizerError` (a window does not decode to itself), `EngineError`
 * (a window is longer than the model's context).
 */
export async function bitsPerCharacter(
  engine: Engine,
  options: BitsPerCharacterOptions,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<BitsPerCharacter> {
  const config = readModelConfig(options.model);
  checkTokenizerFits(config, options.tokenizer, options.model);
  const data = path.join(options.work, "windows.blocks");
  makeFolder(options.work);
  try {
    const { tokenizer, documents, window_characters, max_windows } = options;
    const context = config.max_position_embeddings;
    const text = await writeWindows({ file: data, tokenizer, documents, window_characters, max_windows, context });
    const result = await engine.evaluate(
      {
        model: options.model,
        data,
        precision: options.precision ?? "f32",
        compute: options.compute,
        micro_batch: options.micro_batch ?? 4,
      },
      (done, of) => progress?.({ task: "bits per character", done, total: of, unit: "blocks" }),
      signal,
    );
    const nats = result.block_losses.reduce((sum, value) => sum + value, 0);
    const { characters, bytes, tokens, windows } = text;
    return {
      bits_per_character: nats / characters / Math.LN2,
      bits_per_byte: nats / bytes / Math.LN2,
      perplexity: Math.exp(nats / tokens),
      loss: nats / tokens,
      characters,
      bytes,
      tokens,
      windows,
    };
  } finally {
    rmSync(data, { force: true });
  }
}
