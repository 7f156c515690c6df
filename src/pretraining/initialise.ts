/**
 * Gives a model rows for a new vocabulary (arXiv 2412.21140): input embedding and LM head apart, once
 * where they are tied. Same special token, same row; every other row by the initializer from its pieces
 * under the original tokenizer. All other weights are copied.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic, writeFolderAtomic } from "../atomic-output.js";
import { CheckpointError } from "../errors.js";
import { type ModelStep, writeModelCard } from "../model/card/model-card.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import {
  type Checkpoint,
  copyTensor,
  openCheckpoint,
  type TensorSource,
  writeCheckpoint,
} from "../model/checkpoint.js";
import { readJsonObject } from "../model/config.js";
import { type ModelOutput, shardBytes } from "../model/model-output.js";
import { embeddingName, headName } from "../model/tensor-names.js";
import type { Progress } from "../progress.js";
import { createRandom } from "../random.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { piecesOf } from "../tokenizer/pieces.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { copyTokenizerFiles } from "../tokenizer/write-tokenizer.js";
import { type InitializerName, initializers } from "./initializers/registry.js";
import { adaptedConfigs } from "./special-ids.js";

export interface InitialiseJob {
  /** Model folder with the original vocabulary and its tokenizer. */
  model: string;
  /** Folder of the new tokenizer. */
  tokenizer: string;
  initializer: InitializerName;
  /** For an LM head of its own; `initializer` where left out. */
  head_initializer?: InitializerName | undefined;
  /** Written whole or not at all. */
  out: string;
  /** For initializers that draw; 0 where left out. */
  seed?: number | undefined;
  /** Rows are padded up to a multiple of this; 1 where left out. */
  pad_to_multiple_of?: number;
  output?: ModelOutput | undefined;
}

export interface InitialiseSummary {
  /** Rows of the new matrices, padding included. */
  rows: number;
  padding: number;
  /** Rows of special and other added tokens that both tokenizers have. */
  same_special: number;
  /** Rows of tokens with one piece, and with several. */
  one_piece: number;
  several_pieces: number;
  /** Rows of tokens without pieces. */
  no_pieces: number;
}

/** Throws `CheckpointError` where tokenizer and model do not fit, and what the readers throw. */
export async function initialise(job: InitialiseJob, progress?: Progress): Promise<InitialiseSummary> {
  const checkpoint = openCheckpoint(job.model);
  try {
    const original = await loadTokenizer(job.model);
    const tokenizer = await loadTokenizer(job.tokenizer);
    const { config } = checkpoint;
    checkTokenizerFits(config, original, job.model);
    const multiple = job.pad_to_multiple_of ?? 1;
    const rows = Math.ceil(tokenizer.size / multiple) * multiple;
    const { pieces, summary } = await plannedRows(tokenizer, original, rows);
    const matrices = config.tie_word_embeddings ? [embeddingName] : [embeddingName, headName];
    const replaced = (name: string): TensorSource =>
      newMatrix(checkpoint, name, pieces, original.size, initializers[initializerOf(name, job)], job.seed ?? 0);
    const tensors = [...checkpoint.tensors.keys()]
      .filter((name) => name !== headName || matrices.includes(headName))
      .map((name) => (matrices.includes(name) ? replaced(name) : copyTensor(checkpoint, name)));
    const configs = adaptedConfigs(job.model, config.raw, tokenizer, original);
    await writeFolderAtomic(job.out, (partial) => {
      writeCheckpoint(partial, { ...configs.config, vocab_size: rows }, tensors, {
        maxShardBytes: shardBytes(job.output),
      });
      writeFileAtomic(path.join(partial, "generation_config.json"), `${JSON.stringify(configs.generation, null, 2)}\n`);
      copyTokenizerFiles(job.tokenizer, partial);
      writeModelCard(partial, cardStep(job, summary), job.output?.languages);
    });
    progress?.({ task: "initialising rows", done: rows, total: rows, unit: "rows" });
    return summary;
  } finally {
    checkpoint.close();
  }
}

function cardStep(
  { model, tokenizer, initializer, head_initializer, seed = 0 }: InitialiseJob,
  summary: InitialiseSummary,
): ModelStep {
  const facts = path.join(tokenizer, "vocabulary.json");
  const vocabulary = existsSync(facts) ? readJsonObject(facts) : null;
  return {
    title: "Rows for a new vocabulary",
    text: "The rows of the new tokens were made from those of the old ones; all other weights are as they were.",
    models: { model },
    options: { initializer, head_initializer, seed, vocabulary },
    numbers: { ...summary },
  };
}

function initializerOf(matrix: string, { initializer, head_initializer }: InitialiseJob): InitializerName {
  return matrix === headName ? (head_initializer ?? initializer) : initializer;
}

/** For every new row the original ids it is made of. An added token that both have is made of its own row. */
async function plannedRows(
  tokenizer: Tokenizer,
  original: Tokenizer,
  rows: number,
): Promise<{ pieces: Int32Array[]; summary: InitialiseSummary }> {
  const pieces = await piecesOf(tokenizer, original);
  const summary: InitialiseSummary = {
    rows,
    padding: rows - tokenizer.size,
    same_special: 0,
    one_piece: 0,
    several_pieces: 0,
    no_pieces: 0,
  };
  for (let id = 0; id < tokenizer.size; id++) {
    const token = tokenizer.addedIds.has(id) ? tokenizer.tokenOf(id) : undefined;
    const same = token === undefined ? undefined : original.idOf(token);
    if (same !== undefined && original.addedIds.has(same)) {
      pieces[id] = Int32Array.of(same);
      summary.same_special++;
    } else if (pieces[id]!.length === 0) summary.no_pieces++;
    else if (pieces[id]!.length === 1) summary.one_piece++;
    else summary.several_pieces++;
  }
  while (pieces.length < rows) pieces.push(new Int32Array(0));
  return { pieces, summary };
}

function newMatrix(
  checkpoint: Checkpoint,
  name: string,
  pieces: Int32Array[],
  trained: number,
  initializer: (typeof initializers)[InitializerName],
  seed: number,
): TensorSource {
  const width = checkpoint.config.hidden_size;
  const info = checkpoint.tensors.get(name);
  if (info === undefined) {
    throw new CheckpointError("checkpoint.tensor_missing", `${checkpoint.folder}: there is no tensor ${name}`);
  }
  return {
    name,
    shape: [pieces.length, width],
    dtype: info.dtype,
    pieces: () =>
      initializer({
        rows: checkpoint.readFloat32(name),
        width,
        trained,
        pieces,
        random: createRandom(2 * seed + (name === headName ? 1 : 0)),
      }),
  };
}
