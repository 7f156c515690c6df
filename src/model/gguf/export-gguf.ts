/**
 * Writes a model folder as one GGUF file. The head comes from ggml, the weights follow tensor by tensor, a few rows in
 * memory at a time. The file gets its name only when llama.cpp cuts text into the same ids as tokenizer.json.
 */
import { EngineError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { type StreamedOutput, streamOutput } from "../../streamed-output.js";
import { createTokenizer } from "../../tokenizer/create-tokenizer.js";
import { readTokenizer } from "../../tokenizer/load-tokenizer.js";
import { tokenizerRoles } from "../../tokenizer/tokenizer-roles.js";
import { checkTokenizerFits } from "../check-tokenizer-fits.js";
import { openCheckpoint } from "../checkpoint.js";
import { type ExportedTensor, exportedTensors } from "./exported-tensors.js";
import { ggufArchitecture } from "./gguf-architecture.js";
import { type GgufMetadata, type GgufTensorPlan, ggufHeader } from "./gguf-header.js";
import { type GgufType, tensorTypeFor } from "./gguf-types.js";
import { modelMetadata } from "./model-metadata.js";
import { ggufBytes } from "./tensor-data.js";
import { checkGgufTokenizer } from "./tokenizer-gate.js";
import { lostEnds, tokenizerMetadata } from "./tokenizer-metadata.js";

export interface ExportOptions {
  /** Folder with weights and tokenizer. */
  model: string;
  /** The file to write; an older one is replaced when the new one is whole. */
  out: string;
  /** Type of the matrices; norms and biases stay f32. */
  type: GgufType;
  /** Texts of the user's own for the gate, besides the built-in ones. */
  lines?: readonly string[];
}

/**
 * Throws `CheckpointError`: the model is damaged, llama.cpp has no place for a part of it (`gguf.architecture`), the
 * tokenizer cannot be expressed (`gguf.pre_tokenizer`, `gguf.tokenizer_kind`) or comes out differently
 * (`gguf.tokenizer_differs`); `LepError` where the file cannot be written, `EngineError` on a signal.
 */
export async function exportGguf(options: ExportOptions, progress?: Progress, signal?: AbortSignal): Promise<void> {
  const { model, out, type, lines = [] } = options;
  const checkpoint = openCheckpoint(model);
  try {
    const json = readTokenizer(model);
    const tokenizer = createTokenizer(json, tokenizerRoles(json, model));
    checkTokenizerFits(checkpoint.config, tokenizer, model);
    const architecture = ggufArchitecture(checkpoint.config, model);
    const metadata = new Map([
      ...modelMetadata(checkpoint.config, architecture, type),
      ...tokenizerMetadata(json, tokenizer, checkpoint.config),
    ]);
    warnOfEnds(lostEnds(tokenizer, checkpoint.config), progress);
    const tensors = exportedTensors(checkpoint, architecture);
    await streamOutput(
      out,
      (output) => writeGguf(output, metadata, tensors, options, progress, signal),
      (partial) => checkGgufTokenizer(partial, json, tokenizer, lines),
    );
  } finally {
    checkpoint.close();
  }
}

function warnOfEnds(tokens: readonly string[], progress: Progress | undefined): void {
  if (tokens.length === 0) return;
  const warning = `a GGUF holds three tokens that end a text; whether llama.cpp stops at ${tokens.join(", ")} depends on it knowing them by name`;
  progress?.({ task: "writing GGUF", done: 0, total: 0, unit: "bytes", warning });
}

async function writeGguf(
  output: Pick<StreamedOutput, "write">,
  metadata: GgufMetadata,
  tensors: readonly ExportedTensor[],
  { model, type }: ExportOptions,
  progress: Progress | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const plans: GgufTensorPlan[] = tensors.map(({ name, shape }) => ({ name, shape, type: tensorTypeFor(type, shape) }));
  const header = ggufHeader(metadata, plans);
  const total = header.places.reduce((sum, { bytes }) => sum + bytes, 0);
  let written = 0;
  let at = 0;
  output.write(header.bytes);
  for (const [i, tensor] of tensors.entries()) {
    const { offset, bytes } = header.places[i]!;
    output.write(new Uint8Array(offset - at));
    at = offset;
    for (const piece of tensorBytes(tensor, plans[i]!.type, model)) {
      output.write(piece);
      at += piece.byteLength;
      written += piece.byteLength;
      progress?.({ task: "writing GGUF", done: written, total, unit: "bytes" });
      // A signal has its turn.
      await new Promise(setImmediate);
      if (signal?.aborted) throw new EngineError("run.interrupted", "interrupted while writing GGUF");
    }
    if (at !== offset + bytes) throw new RangeError(`${tensor.name}: ${at - offset} bytes instead of ${bytes}`);
  }
  // The last tensor is padded too, as ggml does it.
  output.write(new Uint8Array(-at & (alignment - 1)));
}

const alignment = 32;

function* tensorBytes(tensor: ExportedTensor, type: GgufType, folder: string): Iterable<Uint8Array> {
  for (const rows of tensor.rows()) yield ggufBytes(rows, tensor.shape.at(-1)!, type, `${folder}: ${tensor.name}`);
}
