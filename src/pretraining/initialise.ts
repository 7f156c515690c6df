/**
 * Gives a model rows for a new vocabulary (arXiv 2412.21140): input embedding and LM head apart, once
 * where they are tied. Same token, same row; every other row by the initializer. All other weights are copied.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic, writeFolderAtomic } from "../atomic-output.js";
import type { CorpusOptions } from "../corpus/read-corpus.js";
import { CheckpointError } from "../errors.js";
import { createMatrixPool, type MatrixPool } from "../matrix/matrix-pool.js";
import { type ModelStep, writeModelCard } from "../model/card/model-card.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import { type Checkpoint, copyTensor, openCheckpoint } from "../model/checkpoint.js";
import { readJsonObject } from "../model/config.js";
import { fromFloat32 } from "../model/float-formats.js";
import { type ModelOutput, shardBytes } from "../model/model-output.js";
import { type ComputedTensor, streamCheckpoint } from "../model/stream-checkpoint.js";
import { embeddingName, headName } from "../model/tensor-names.js";
import type { Progress } from "../progress.js";
import { createRandom } from "../random.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { piecesOf } from "../tokenizer/pieces.js";
import { sharedTokens } from "../tokenizer/shared-tokens.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { copyTokenizerFiles } from "../tokenizer/write-tokenizer.js";
import { type AuxiliaryVectors, auxiliaryVectors } from "./auxiliary/auxiliary-vectors.js";
import { checkInitializer } from "./initializers/check-initializer.js";
import type { Initializer, InitializerContext, RowMaker } from "./initializers/initializer.js";
import { type InitializerChoice, type InitializerOptions, initializerOptions } from "./initializers/options.js";
import { originalRows } from "./initializers/original-rows.js";
import { initializers } from "./initializers/registry.js";
import { pause } from "./pause.js";
import { adaptedConfigs } from "./special-ids.js";

export interface InitialiseJob {
  /** Model folder with the original vocabulary and its tokenizer. */
  model: string;
  /** Folder of the new tokenizer. */
  tokenizer: string;
  initializer: InitializerChoice;
  /** For an LM head of its own; `initializer` where left out. */
  head_initializer?: InitializerChoice | undefined;
  /** Text of the new language, for initializers that read some. */
  corpus?: CorpusOptions | undefined;
  /** Written whole or not at all. */
  out: string;
  /** For initializers that draw; 0 where left out. */
  seed?: number | undefined;
  /** Rows are padded up to a multiple of this; 1 where left out. */
  pad_to_multiple_of?: number;
  output?: ModelOutput | undefined;
  /** CPU threads; 0 or left out: all cores. */
  threads?: number | undefined;
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
  /** How the rows of several pieces were made, by matrix; one where they are tied. */
  matrices: Record<string, MatrixSummary>;
}

export interface MatrixSummary {
  initializer: string;
  /** Rows of several pieces that are the mean of their pieces, since the method's vectors say nothing of the token. */
  fallbacks: number;
  /** The auxiliary space, where the method has one. */
  vectors?: Pick<AuxiliaryVectors, "source" | "dimensions" | "tokens">;
}

/**
 * Throws `RecipeError` where the initializer lacks an option or text, `CheckpointError` where tokenizer and model do not fit, and what the
 * readers and the initializer throw.
 */
export async function initialise(
  job: InitialiseJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<InitialiseSummary> {
  const chosen = [job.initializer, job.head_initializer ?? job.initializer].map(initializerOptions);
  for (const options of chosen) checkInitializer(options, job.corpus !== undefined);
  const checkpoint = openCheckpoint(job.model);
  let opened: MatrixPool | undefined;
  const pool = (): MatrixPool => {
    opened ??= createMatrixPool(job.threads);
    return opened;
  };
  try {
    const original = await loadTokenizer(job.model);
    const tokenizer = await loadTokenizer(job.tokenizer);
    const { config } = checkpoint;
    checkTokenizerFits(config, original, job.model);
    const multiple = job.pad_to_multiple_of ?? 1;
    const rows = Math.ceil(tokenizer.size / multiple) * multiple;
    const { pieces, summary } = await plannedRows(tokenizer, original, rows);
    const matrices = config.tie_word_embeddings ? [embeddingName] : [embeddingName, headName];
    const shared = { tokenizer, original, pieces, seed: job.seed ?? 0, corpus: job.corpus, pool, progress, signal };
    const prepare = preparation(shared);
    const replaced = new Map<string, ComputedTensor>();
    for (const name of matrices) {
      const options = chosen[name === headName ? 1 : 0]!;
      const { maker, vectors } = await prepare(options);
      summary.matrices[matrixName(name)] = {
        initializer: options.method,
        fallbacks: maker.fallbacks,
        ...(vectors && { vectors: { source: vectors.source, dimensions: vectors.dimensions, tokens: vectors.tokens } }),
      };
      replaced.set(name, newMatrix(checkpoint, name, rows, original.size, maker, shared));
    }
    const tensors = [...checkpoint.tensors.keys()]
      .filter((name) => name !== headName || matrices.includes(headName))
      .map((name) => replaced.get(name) ?? copyTensor(checkpoint, name));
    const configs = adaptedConfigs(job.model, config.raw, tokenizer, original);
    await writeFolderAtomic(job.out, async (partial) => {
      await streamCheckpoint(partial, { ...configs.config, vocab_size: rows }, tensors, {
        maxShardBytes: shardBytes(job.output),
      });
      writeFileAtomic(path.join(partial, "generation_config.json"), `${JSON.stringify(configs.generation, null, 2)}\n`);
      copyTokenizerFiles(job.tokenizer, partial);
      writeModelCard(partial, cardStep(job, summary), job.output?.languages);
    });
    return summary;
  } finally {
    await opened?.close();
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

interface Prepared {
  maker: RowMaker;
  vectors: AuxiliaryVectors | undefined;
}

/** Prepares initializers, each with its options once, and the auxiliary vectors of the same options once. */
function preparation(shared: Omit<InitializerContext, "options" | "vectors">) {
  const prepared = new Map<string, Promise<Prepared>>();
  const spaces = new Map<string, Promise<AuxiliaryVectors>>();
  const once = <Value>(made: Map<string, Promise<Value>>, of: unknown, make: () => Promise<Value>): Promise<Value> => {
    const key = JSON.stringify(of);
    const value = made.get(key) ?? make();
    made.set(key, value);
    return value;
  };
  return (options: InitializerOptions): Promise<Prepared> =>
    once(prepared, options, async () => {
      let vectors: AuxiliaryVectors | undefined;
      const space = async (): Promise<AuxiliaryVectors> => {
        const given = options.vectors ?? {};
        vectors = await once(spaces, given, () => auxiliaryVectors({ ...shared, options: given }));
        return vectors;
      };
      const initializer: Initializer = initializers[options.method];
      const maker = await initializer.prepare({ ...shared, options, vectors: space });
      return { maker, vectors };
    });
}

const matrixName = (tensor: string): "embedding" | "head" => (tensor === headName ? "head" : "embedding");

/** For every new row the original ids it is made of. A token that both have, added ones too, is made of its own row. */
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
    matrices: {},
  };
  // The original may cut the bytes of a token of its own otherwise: one that no merge reaches, or the byte behind a letter.
  for (const { newId, originalId } of sharedTokens(tokenizer, original)) pieces[newId] = Int32Array.of(originalId);
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
  rows: number,
  trained: number,
  maker: RowMaker,
  { seed, progress, signal }: Pick<InitializerContext, "seed" | "progress" | "signal">,
): ComputedTensor {
  const info = checkpoint.tensors.get(name);
  if (info === undefined) {
    throw new CheckpointError("checkpoint.tensor_missing", `${checkpoint.folder}: there is no tensor ${name}`);
  }
  const { dtype } = info;
  const width = checkpoint.config.hidden_size;
  const matrix = {
    name: matrixName(name),
    rows: originalRows(checkpoint, name, trained),
    random: createRandom(2 * seed + (name === headName ? 1 : 0)),
  };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let done = 0;
    for await (const run of maker.rows(matrix)) {
      yield fromFloat32(run, dtype);
      done += run.length / width;
      progress?.({ task: `initialising ${name}`, done, total: rows, unit: "rows" });
      await pause(signal);
    }
  }
  return { name, shape: [rows, width], dtype, computed: true, pieces };
}
