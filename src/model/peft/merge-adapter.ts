/**
 * A LoRA adapter and its base as one model folder: W + scale · B · A in float32, rounded to the type of the base's weights;
 * tensors that the adapter holds as a whole in place of the base's. A few rows are in memory at a time.
 */
import { copyFileSync, existsSync } from "node:fs";
import path from "node:path";
import { writeFolderAtomic } from "../../atomic-output.js";
import { CheckpointError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { copyTokenizerFiles } from "../../tokenizer/write-tokenizer.js";
import { addLowRank, type LowRank } from "../add-low-rank.js";
import { writeModelCard } from "../card/model-card.js";
import { type Checkpoint, copyTensor, openCheckpoint, type TensorSource } from "../checkpoint.js";
import { bytesPerElement, toFloat32 } from "../float-formats.js";
import { openSafetensors, type SafetensorsFile, type TensorInfo } from "../safetensors.js";
import { streamCheckpoint } from "../stream-checkpoint.js";
import { embeddingName, headName } from "../tensor-names.js";
import { adapterWeightsFile, readAdapterConfig } from "./adapter-config.js";
import { type AdapterPlan, planAdapter } from "./adapter-tensors.js";

/**
 * Writes `out`, whole or not at all, with the adapter's tokenizer and generation settings where it has its own. Throws
 * `CheckpointError` before any work: a configuration that cannot be followed, damaged files, an adapter of another model.
 */
export async function mergeAdapter(
  { adapter, base, out }: { adapter: string; base: string; out: string },
  progress?: Progress,
): Promise<void> {
  const config = readAdapterConfig(adapter);
  const file = openAdapter(adapter);
  let checkpoint: Checkpoint | undefined;
  try {
    checkpoint = openCheckpoint(base);
    const plan = planAdapter(file, config, checkpoint.config);
    const untied = checkpoint.config.tie_word_embeddings && hasHeadOfItsOwn(plan, file, checkpoint);
    const names = [...checkpoint.tensors.keys(), ...(untied ? [headName] : [])];
    const sources = names.map((name, i) => {
      const source = mergedTensor(name, plan, file, checkpoint!, config.scaleOf);
      return reported(source, () =>
        progress?.({ task: "merging the adapter", done: i + 1, total: names.length, unit: "tensors" }),
      );
    });
    const raw = { ...checkpoint.config.raw, vocab_size: plan.rows, ...(untied && { tie_word_embeddings: false }) };
    await writeFolderAtomic(out, async (partial) => {
      await streamCheckpoint(partial, raw, sources);
      const has = (folder: string, ...files: string[]) => files.some((name) => existsSync(path.join(folder, name)));
      const hasTokenizer = has(adapter, "tokenizer.json", "tokenizer.model");
      if (hasTokenizer || has(base, "tokenizer.json", "tokenizer.model")) {
        copyTokenizerFiles(hasTokenizer ? adapter : base, partial);
      }
      const generation = "generation_config.json";
      const from = [adapter, base].find((folder) => has(folder, generation));
      if (from !== undefined) copyFileSync(path.join(from, generation), path.join(partial, generation));
      writeModelCard(partial, {
        title: "Adapter merged",
        text: "A LoRA adapter was added to the weights of its base model.",
        models: { base, adapter },
        options: {},
        numbers: { matrices: plan.products.size, whole_tensors: plan.replacements.size },
      });
      openCheckpoint(partial).close();
    });
  } finally {
    file.close();
    checkpoint?.close();
  }
}

function openAdapter(folder: string): SafetensorsFile {
  const file = path.join(folder, adapterWeightsFile);
  if (existsSync(file)) return openSafetensors(file);
  throw new CheckpointError(
    "checkpoint.weights_missing",
    `${folder}: there is no ${adapterWeightsFile} in this folder`,
    {
      hint: "An adapter_model.bin has to be converted to safetensors first: load it with PEFT and save it again.",
    },
  );
}

const pieceNumbers = 1 << 20;

/** On a tied base: whether the adapter holds another LM head than the embedding will be. */
function hasHeadOfItsOwn({ replacements }: AdapterPlan, file: SafetensorsFile, base: Checkpoint): boolean {
  const head = replacements.get(headName);
  if (head === undefined) return false;
  const saved = replacements.get(embeddingName);
  const heads = rowsOf(file.tensors.get(head)!, (start, bytes) => file.read(head, start, bytes));
  const embeddings =
    saved === undefined
      ? rowsOf(base.tensors.get(embeddingName)!, (start, bytes) => base.readBytes(embeddingName, start, bytes))
      : rowsOf(file.tensors.get(saved)!, (start, bytes) => file.read(saved, start, bytes));
  for (const { rows } of heads) {
    const other = embeddings.next().value as { rows: Float32Array };
    if (rows.some((value, i) => value !== other.rows[i])) return true;
  }
  return false;
}

function mergedTensor(
  name: string,
  { products, replacements }: AdapterPlan,
  file: SafetensorsFile,
  base: Checkpoint,
  scaleOf: (module: string) => number,
): TensorSource {
  const product = products.get(name);
  const whole = replacements.get(name);
  if (product === undefined && whole === undefined) return copyTensor(base, name);
  const { dtype } = base.tensors.get(name) ?? base.tensors.get(embeddingName)!;
  const info = whole === undefined ? base.tensors.get(name)! : file.tensors.get(whole)!;
  const read = (start: number, bytes: number): Uint8Array =>
    whole === undefined ? base.readBytes(name, start, bytes) : file.read(whole, start, bytes);
  function* pieces(): Iterable<Float32Array> {
    const values = (tensor: string): Float32Array => toFloat32(file.read(tensor), file.tensors.get(tensor)!.dtype);
    let added: LowRank | undefined;
    if (product !== undefined) {
      const [a, b] = [values(product.a), values(product.b)];
      const scale = scaleOf(name.slice(0, -".weight".length));
      const rank = file.tensors.get(product.a)!.shape[0]!;
      added = product.ofEmbedding
        ? { a: transposed(b, rank), b: transposed(a, a.length / rank), scale }
        : { a, b, scale };
    }
    for (const { rows, first } of rowsOf(info, read)) {
      if (added !== undefined) addLowRank(rows, first, info.shape[1]!, added);
      yield rows;
    }
  }
  return { name, shape: info.shape, dtype, pieces };
}

/** `matrix` [any, columns] as [columns, any]. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** Whole rows in float32, some at a time. */
function* rowsOf(
  { shape, dtype, bytes }: TensorInfo,
  read: (start: number, bytes: number) => Uint8Array,
): Generator<{ rows: Float32Array; first: number }> {
  const width = shape.at(-1)!;
  const rowBytes = width * bytesPerElement[dtype];
  const most = Math.max(1, Math.floor(pieceNumbers / width)) * rowBytes;
  for (let at = 0; at < bytes; at += most) {
    yield { rows: toFloat32(read(at, Math.min(most, bytes - at)), dtype), first: at / rowBytes };
  }
}

function reported(source: TensorSource, done: () => void): TensorSource {
  function* pieces(): Iterable<Float32Array | Uint8Array> {
    yield* source.pieces();
    done();
  }
  return { ...source, pieces };
}
