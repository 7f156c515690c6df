/**
 * Bits per character: how well a model predicts a text, comparable between tokenizers. The text is cut
 * into windows of a fixed number of code points, the same for every tokenizer; each window is encoded
 * on its own behind a start token; Σ −ln p of all its tokens / characters / ln 2. A window has to decode
 * to itself, byte for byte, so that no tokenizer looks good by losing text. Several windows share a block
 * as segments that do not see each other, so that little padding is computed.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import type { Documents } from "../corpus/document.js";
import { EngineError, TokenizerError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { readModelConfig } from "../model/config.js";
import type { Progress } from "../progress.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { ComputeOptions, Engine, Precision } from "./engine.js";
import { createSequencePacker } from "./sequence-packer.js";
import { cutWindows, type TextWindow } from "./text-windows.js";
import { type Block, writeTrainingSet } from "./training-set.js";

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
  const windows = await cutWindows(options.documents, options.window_characters, options.max_windows);
  const sequences = await encodeWindows(windows, options.tokenizer);
  const data = path.join(options.work, "windows.blocks");
  makeFolder(options.work);
  try {
    await writeWindows(data, sequences, windows, config.max_position_embeddings);
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
    const characters = windows.reduce((sum, window) => sum + window.characters, 0);
    const bytes = windows.reduce((sum, window) => sum + Buffer.byteLength(window.text), 0);
    const tokens = sequences.reduce((sum, ids) => sum + ids.length - 1, 0);
    return {
      bits_per_character: nats / characters / Math.LN2,
      bits_per_byte: nats / bytes / Math.LN2,
      perplexity: Math.exp(nats / tokens),
      loss: nats / tokens,
      characters,
      bytes,
      tokens,
      windows: windows.length,
    };
  } finally {
    rmSync(data, { force: true });
  }
}

/** Start token and the window's ids. */
async function encodeWindows(windows: TextWindow[], tokenizer: Tokenizer): Promise<Int32Array[]> {
  const { start } = sequenceMarks(tokenizer);
  const encoded: Int32Array[] = [];
  const batch = 512;
  for (let from = 0; from < windows.length; from += batch) {
    const part = windows.slice(from, from + batch);
    const ids = await tokenizer.encodeBatch(part.map((window) => window.text));
    for (const [i, window] of part.entries()) {
      const own = ids[i]!;
      const back = await tokenizer.decode(own);
      if (back !== window.text) throw lossy(tokenizer, window, back);
      encoded.push(Int32Array.from([start, ...own]));
    }
  }
  return encoded;
}

function lossy(tokenizer: Tokenizer, window: TextWindow, back: string): TokenizerError {
  let at = 0;
  while (at < back.length && back[at] === window.text[at]) at++;
  const shown = JSON.stringify(window.text.slice(at, at + 12));
  return new TokenizerError(
    "tokenizer.lossy",
    `${window.place}: ${tokenizer.source} does not give this text back (from ${shown} on)`,
    { hint: "Bits per character needs a tokenizer without unknown tokens and without a normaliser that drops text." },
  );
}

async function writeWindows(
  file: string,
  sequences: Int32Array[],
  windows: TextWindow[],
  context: number,
): Promise<void> {
  const longest = sequences.reduce((most, ids) => Math.max(most, ids.length - 1), 1);
  if (longest > context) {
    const window = windows[sequences.findIndex((ids) => ids.length - 1 === longest)]!;
    throw new EngineError(
      "engine.window_too_long",
      `${window.place}: ${window.characters} characters are ${longest} tokens, but the model sees ${context} at once`,
      { hint: "Choose smaller windows (window_characters).", exitCode: 2 },
    );
  }
  const longestFirst = sequences.map((_, i) => i).sort((a, b) => sequences[b]!.length - sequences[a]!.length || a - b);
  const inOrder = longestFirst.map((i) => sequences[i]!);
  const length = blockLength(inOrder, longest, context);
  await writeTrainingSet(file, length, (append) => pack(inOrder, length, append));
}

function pack(sequences: Int32Array[], length: number, emit: (block: Block) => void): void {
  const packer = createSequencePacker(length, emit, 256);
  for (const ids of sequences) packer.add(ids, new Float32Array(ids.length - 1).fill(1));
  packer.finish();
}

/** Blocks that hold one longest window, or two where that leaves much less padding. */
function blockLength(sequences: Int32Array[], longest: number, context: number): number {
  if (2 * longest > context) return longest;
  const positions = (length: number): number => {
    let blocks = 0;
    pack(sequences, length, () => blocks++);
    return blocks * length;
  };
  return positions(2 * longest) < 0.9 * positions(longest) ? 2 * longest : longest;
}
