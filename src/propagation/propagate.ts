/**
 * Learned Embedding Propagation (arXiv 2412.21140, section 3): what the base model's embeddings learned with the new
 * vocabulary is brought into the instruct model, without training it. A linear map from base to instruct space is fitted
 * on the original vocabulary and applied to the adapted embeddings; embedding and head have a map each, one where they
 * are tied. The instruct model gives all other weights, the rows of its added tokens, and its manner of use.
 */
import path from "node:path";
import { writeFolderAtomic } from "../atomic-output.js";
import { CheckpointError } from "../errors.js";
import { writeModelCard } from "../model/card/model-card.js";
import { copyTensor, float32Tensor, openCheckpoint, writeCheckpoint } from "../model/checkpoint.js";
import { mapTokenIds } from "../model/map-token-ids.js";
import { type ModelOutput, shardBytes } from "../model/model-output.js";
import { embeddingName, headName } from "../model/tensor-names.js";
import type { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { carryMarks } from "./carry-marks.js";
import { checkModels, type PropagationModels } from "./check-models.js";
import { type MapSummary, mapRows } from "./map-rows.js";
import { type TokenizedModel, withModels } from "./open-models.js";
import { type PropagationMethodName, propagationMethods } from "./registry.js";
import { readOptionalJson, writeInstructTokenizer, writeJson } from "./write-instruct-tokenizer.js";

export interface PropagationOptions {
  /** Model folders with their tokenizers: the original base, the instruct model made from it, the adapted base. */
  base: string;
  instruct: string;
  /** Its tokenizer is the new one. */
  adapted: string;
  method: PropagationMethodName;
  /** The folder to write. */
  out: string;
  output?: ModelOutput | undefined;
}

export interface PropagationSummary {
  method: PropagationMethodName;
  /** Relative residual of each map's fit in the Frobenius norm; null: nothing was fitted, or no head of its own. */
  residual: { embedding: number | null; head: number | null };
  maps: { embedding: MapSummary; head: MapSummary | null };
  /** Rows of the new embedding, and how many of them are the instruct model's own (added tokens). */
  rows: number;
  special_rows: number;
}

/**
 * Writes the propagated model to `out`, whole or not at all.
 * Throws `CheckpointError` or `TokenizerError` where the models do not belong together, before any work.
 */
export async function propagate(options: PropagationOptions, progress?: Progress): Promise<PropagationSummary> {
  checkOutput(options);
  const { base, instruct, adapted, out } = options;
  return await withModels({ base, instruct, adapted }, (models) => {
    checkModels(models);
    return writeFolderAtomic(out, (partial) => writePropagated(models, options, partial, progress));
  });
}

/** The output replaces what was there, so it may be none of the inputs. */
function checkOutput({ base, instruct, adapted, out }: PropagationOptions): void {
  if (![base, instruct, adapted].some((folder) => path.resolve(folder) === path.resolve(out))) return;
  throw new CheckpointError("propagation.output_is_input", `${out}: the output folder is one of the input models`, {
    hint: "Name another folder for the output.",
  });
}

async function writePropagated(
  models: PropagationModels,
  options: PropagationOptions,
  folder: string,
  progress?: Progress,
): Promise<PropagationSummary> {
  const { base, instruct, adapted } = models;
  const { config } = instruct.checkpoint;
  // First what may still turn out wrong in the inputs, then the work.
  const mapIds = (name: string, raw: Record<string, unknown>): Record<string, unknown> =>
    mapTokenIds(raw, {
      from: instruct.tokenizer,
      to: adapted.tokenizer,
      source: path.join(instruct.checkpoint.folder, name),
    });
  const newConfig = { ...mapIds("config.json", config.raw), vocab_size: adapted.checkpoint.config.vocab_size };
  const generation = readOptionalJson(path.join(options.instruct, "generation_config.json"));
  const newGeneration = generation && mapIds("generation_config.json", generation);
  const equations = await fittingEquations(models, options.method);
  const special = specialRows(instruct.tokenizer, adapted.tokenizer);
  const width = config.hidden_size;
  const rows = adapted.checkpoint.config.vocab_size;
  const propagated = async (name: string) => {
    const read = ({ checkpoint }: TokenizedModel): Float32Array => checkpoint.readFloat32(name);
    const own = read(instruct);
    const input = { base: read(base), instruct: own, adapted: read(adapted), width, equations };
    const { rows: data, summary } = await mapRows(name, input, progress);
    for (const [newId, id] of special) data.set(own.subarray(id * width, (id + 1) * width), newId * width);
    return { tensor: float32Tensor(name, [rows, width], data, instruct.checkpoint.tensors.get(name)!.dtype), summary };
  };
  const embedding = await propagated(embeddingName);
  const head = config.tie_word_embeddings ? undefined : await propagated(headName);

  const replaced = new Map([embedding.tensor, ...(head ? [head.tensor] : [])].map((tensor) => [tensor.name, tensor]));
  const names = [...instruct.checkpoint.tensors.keys()];
  const tensors = names.map((name) => replaced.get(name) ?? copyTensor(instruct.checkpoint, name));
  writeCheckpoint(folder, newConfig, tensors, { maxShardBytes: shardBytes(options.output) });
  writeInstructTokenizer(options.adapted, options.instruct, folder);
  carryMarks(options.instruct, folder);
  if (newGeneration !== undefined) writeJson(path.join(folder, "generation_config.json"), newGeneration);
  const summary: PropagationSummary = {
    method: options.method,
    residual: { embedding: embedding.summary.residual, head: head?.summary.residual ?? null },
    maps: { embedding: embedding.summary, head: head?.summary ?? null },
    rows,
    special_rows: special.size,
  };
  writeCard(folder, options, summary);
  await checkReload(folder);
  return summary;
}

function writeCard(folder: string, options: PropagationOptions, { method, ...numbers }: PropagationSummary): void {
  const { base, instruct, adapted, output } = options;
  const step = {
    title: "Embeddings propagated",
    text: "A linear map from the base model's embeddings to the instruct model's was applied to the adapted ones. All other weights, the rows of added tokens and the chat template are the instruct model's.",
    models: { base, instruct, adapted },
    options: { method },
    numbers,
  };
  writeModelCard(folder, step, output?.languages);
}

async function fittingEquations(
  { base, instruct, adapted }: PropagationModels,
  method: PropagationMethodName,
): Promise<Int32Array[] | undefined> {
  const tokenizers = { adapted: adapted.tokenizer, original: base.tokenizer };
  const equations = await propagationMethods[method].equations(tokenizers);
  // A token that only the instruct model treats as special has a row that means something else there.
  return equations?.filter((ids) => !ids.some((id) => instruct.tokenizer.addedIds.has(id)));
}

/** New id → the instruct model's id, for all of its added tokens. */
function specialRows(instruct: Tokenizer, adapted: Tokenizer): Map<number, number> {
  const rows = new Map<number, number>();
  for (const id of instruct.addedIds) {
    const newId = adapted.idOf(instruct.tokenOf(id) ?? "");
    if (newId !== undefined) rows.set(newId, id);
  }
  return rows;
}

/** What was written must open as a model and as a tokenizer whose roles are in its vocabulary. */
async function checkReload(folder: string): Promise<void> {
  openCheckpoint(folder).close();
  await loadTokenizer(folder);
}
