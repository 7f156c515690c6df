/**
 * Learned Embedding Propagation (arXiv 2412.21140, section 3): what the base model's embeddings learned with the new
 * vocabulary is brought into the instruct model, without training it. A linear map from base to instruct space is fitted
 * on the original vocabulary and applied to the adapted embeddings; embedding and head have a map each, one where they
 * are tied. The instruct model gives all other weights, the rows of its added tokens, and its manner of use.
 */
import path from "node:path";
import { takesAway, writeFolderAtomic } from "../atomic-output.js";
import { CheckpointError, CorpusError } from "../errors.js";
import { createMatrixPool, type MatrixPool } from "../matrix/matrix-pool.js";
import { writeModelCard } from "../model/card/model-card.js";
import { copyTensor, openCheckpoint } from "../model/checkpoint.js";
import { mapTokenIds } from "../model/map-token-ids.js";
import { type ModelOutput, shardBytes } from "../model/model-output.js";
import { type ComputedTensor, streamCheckpoint } from "../model/stream-checkpoint.js";
import { embeddingName, headName } from "../model/tensor-names.js";
import type { Progress } from "../progress.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { sharedTokens } from "../tokenizer/shared-tokens.js";
import { appendTokens } from "./append-tokens.js";
import { carryMarks } from "./carry-marks.js";
import { checkModels, type PropagationModels } from "./check-models.js";
import type { CutCorpus } from "./count-cuts.js";
import type { Equation } from "./equation.js";
import { fitMap, type MapFit } from "./fit-map.js";
import { placeInstructTokens } from "./instruct-tokens.js";
import { type MappedRows, mappedTensor } from "./mapped-tensor.js";
import { type TokenizedModel, withModels } from "./open-models.js";
import { needsCorpus, type PropagationMethodName, propagationMethods } from "./registry.js";
import { type ChangeQuantiles, changeQuantiles } from "./row-changes.js";
import { createRowReader } from "./row-reader.js";
import { readOptionalJson, writeInstructTokenizer, writeJson } from "./write-instruct-tokenizer.js";

export interface PropagationOptions {
  /** Model folders with their tokenizers: the original base, the instruct model made from it, the adapted base. */
  base: string;
  instruct: string;
  /** Its tokenizer is the new one. */
  adapted: string;
  method: PropagationMethodName;
  /** Text of the new language, for the methods that count in it. */
  corpus?: CutCorpus;
  /** The folder to write. */
  out: string;
  output?: ModelOutput | undefined;
  /** CPU threads; 0 or left out: all cores. */
  threads?: number;
}

/** A map's fit, and how far the rows moved through it; rows that are copied do not count. */
export interface MapSummary extends MapFit {
  /** Of the tokens that the original vocabulary has too, and of the others. */
  row_change: { kept: ChangeQuantiles; new: ChangeQuantiles };
}

export interface PropagationSummary {
  method: PropagationMethodName;
  /** Relative residual of each map's fit in the Frobenius norm; null: nothing was fitted, or no head of its own. */
  residual: { embedding: number | null; head: number | null };
  maps: { embedding: MapSummary; head: MapSummary | null };
  /** Rows of the new embedding, and how many of them are the instruct model's own (added tokens). */
  rows: number;
  special_rows: number;
  /** Added tokens of the instruct model that neither the base nor the adapted model had. */
  appended_tokens: number;
}

/**
 * Writes the propagated model to `out`, whole or not at all.
 * Throws `CheckpointError` or `TokenizerError` where the models do not belong together, before any work.
 */
export async function propagate(options: PropagationOptions, progress?: Progress): Promise<PropagationSummary> {
  checkOutput(options);
  checkCorpus(options);
  const { base, instruct, adapted, out } = options;
  return await withModels({ base, instruct, adapted }, async (models) => {
    checkModels(models);
    const pool = createMatrixPool(options.threads);
    try {
      return await writeFolderAtomic(out, (partial) => writePropagated(models, options, partial, pool, progress));
    } finally {
      await pool.close();
    }
  });
}

/** The output replaces what was there, so it may be none of the inputs. */
function checkOutput({ base, instruct, adapted, out }: PropagationOptions): void {
  if (![base, instruct, adapted].some((folder) => takesAway(out, folder))) return;
  const message = `${out}: the output folder is one of the input models, or holds one`;
  throw new CheckpointError("propagation.output_is_input", message, { hint: "Name another folder for the output." });
}

function checkCorpus({ method, corpus }: PropagationOptions): void {
  if (!needsCorpus(method) || corpus !== undefined) return;
  throw new CorpusError("propagation.corpus_missing", `the method ${method} needs a corpus`, {
    hint: "Name the text of the new language with --corpus.",
  });
}

async function writePropagated(
  models: PropagationModels,
  options: PropagationOptions,
  folder: string,
  pool: MatrixPool,
  progress?: Progress,
): Promise<PropagationSummary> {
  const { base, instruct, adapted } = models;
  const { config } = instruct.checkpoint;
  const tokens = placeInstructTokens(instruct.tokenizer, adapted.tokenizer);
  // First what may still turn out wrong in the inputs, then the work.
  const mapIds = (name: string, raw: Record<string, unknown>): Record<string, unknown> =>
    mapTokenIds(raw, {
      from: instruct.tokenizer,
      to: { source: adapted.tokenizer.source, idOf: tokens.idOf },
      source: path.join(instruct.checkpoint.folder, name),
    });
  const rows = Math.max(adapted.checkpoint.config.vocab_size, tokens.size);
  const newConfig = { ...mapIds("config.json", config.raw), vocab_size: rows };
  const generation = readOptionalJson(path.join(options.instruct, "generation_config.json"));
  const newGeneration = generation && mapIds("generation_config.json", generation);
  const equations = await fittingEquations(models, options);
  const kept = new Set(sharedTokens(adapted.tokenizer, base.tokenizer).map(({ newId }) => newId));

  const summaries = new Map<string, () => MapSummary>();
  const mapped = async (name: string): Promise<ComputedTensor> => {
    const reader = ({ checkpoint }: TokenizedModel, model: string) => createRowReader(checkpoint, name, model);
    const own = reader(instruct, "instruct");
    const { fit, transposedMap } = await fitMap(
      name,
      { base: reader(base, "base"), instruct: own },
      equations,
      pool,
      progress,
    );
    const changes: [kept: number[], fresh: number[]] = [[], []];
    summaries.set(name, () => {
      const [keptChanges, freshChanges] = changes.map((list) => changeQuantiles(Float64Array.from(list)));
      return { ...fit, row_change: { kept: keptChanges!, new: freshChanges! } };
    });
    const source: MappedRows = {
      name,
      dtype: instruct.checkpoint.tensors.get(name)!.dtype,
      rows,
      adapted: reader(adapted, "adapted"),
      instruct: own,
      transposedMap,
      special: tokens.rows,
      onChange(id, change) {
        // Vocabulary padding is no token.
        if (id < adapted.tokenizer.size) changes[kept.has(id) ? 0 : 1].push(change);
      },
      onRows: (done) => progress?.({ task: `propagating ${name}`, done, total: rows, unit: "rows" }),
    };
    return mappedTensor(source, pool);
  };
  const computed = new Map<string, ComputedTensor>();
  for (const name of config.tie_word_embeddings ? [embeddingName] : [embeddingName, headName]) {
    computed.set(name, await mapped(name));
  }
  const names = [...instruct.checkpoint.tensors.keys()];
  const tensors = names.map((name) => computed.get(name) ?? copyTensor(instruct.checkpoint, name));
  await streamCheckpoint(folder, newConfig, tensors, { maxShardBytes: shardBytes(options.output) });
  writeInstructTokenizer(options.adapted, options.instruct, folder);
  appendTokens(folder, options.instruct, tokens.appended);
  carryMarks(options.instruct, folder);
  if (newGeneration !== undefined) writeJson(path.join(folder, "generation_config.json"), newGeneration);
  const embedding = summaries.get(embeddingName)!();
  const head = summaries.get(headName)?.() ?? null;
  const summary: PropagationSummary = {
    method: options.method,
    residual: { embedding: embedding.residual, head: head?.residual ?? null },
    maps: { embedding, head },
    rows,
    special_rows: tokens.rows.size,
    appended_tokens: tokens.appended.size,
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
  { method, corpus }: PropagationOptions,
): Promise<Equation[] | undefined> {
  const tokenizers = { adapted: adapted.tokenizer, original: base.tokenizer };
  const equations = await propagationMethods[method].equations(tokenizers, corpus);
  // A token that only the instruct model treats as special has a row that means something else there.
  return equations?.filter(({ ids }) => !ids.some((id) => instruct.tokenizer.addedIds.has(id)));
}

/** What was written must open as a model and as a tokenizer whose roles are in its vocabulary. */
async function checkReload(folder: string): Promise<void> {
  openCheckpoint(folder).close();
  await loadTokenizer(folder);
}
