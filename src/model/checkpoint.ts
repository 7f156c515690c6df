/** A model folder opened for reading: configuration and tensors, checked against one another, read only when asked for. */
import path from "node:path";
import { CheckpointError } from "../errors.js";
import { type ModelConfig, readModelConfig } from "./config.js";
import { bytesPerElement, type TensorType, toFloat32 } from "./float-formats.js";
import { openSafetensors, type SafetensorsFile, type TensorInfo } from "./safetensors.js";
import { findShards, indexFile } from "./shards.js";
import { embeddingName, headName, tensorShapes } from "./tensor-names.js";
import type { TensorSource } from "./tensor-source.js";

export type { TensorType } from "./float-formats.js";
export type { TensorInfo } from "./safetensors.js";
export { float32Tensor, type TensorSource } from "./tensor-source.js";
export { writeCheckpoint } from "./write-checkpoint.js";

export interface Checkpoint {
  folder: string;
  config: ModelConfig;
  /** Exactly the tensors that the configuration promises, in its order. */
  tensors: ReadonlyMap<string, TensorInfo>;
  /** Raw little-endian bytes of the whole tensor. */
  read(name: string): Uint8Array;
  readFloat32(name: string): Float32Array;
  /** [rows, columns] from row `firstRow` on of a two-dimensional tensor. */
  readRows(name: string, firstRow: number, rows: number): Float32Array;
  /** `bytes` raw bytes from `start` on; `into` the beginning of an array, where one is given. */
  readBytes(name: string, start: number, bytes: number, into?: Uint8Array): Uint8Array;
  close(): void;
}

/**
 * With `tablesOnly` a folder that holds the embedding and the head of its configuration is enough, and blocks may lack.
 * Throws `CheckpointError` naming the file and the tensor where a file is damaged, a shard is missing, or names and
 * shapes are not those of the configuration.
 */
export function openCheckpoint(folder: string, { tablesOnly = false } = {}): Checkpoint {
  const config = readModelConfig(folder);
  const { files, index } = findShards(folder);
  const opened: SafetensorsFile[] = [];
  const close = (): void => {
    for (const file of opened.splice(0)) file.close();
  };
  try {
    const found = new Map<string, SafetensorsFile>();
    for (const name of files) {
      const file = openSafetensors(path.join(folder, name));
      opened.push(file);
      addTensors(found, file, name, index);
    }
    checkIndex(found, index, folder);
    const tensors = checkTensors(found, config, folder, tablesOnly);
    const fileOf = (name: string): SafetensorsFile => {
      const file = tensors.has(name) ? found.get(name) : undefined;
      if (file === undefined) throw missing(folder, name);
      return file;
    };
    const checkpoint: Checkpoint = {
      folder,
      config,
      tensors,
      read: (name) => fileOf(name).read(name),
      readFloat32: (name) => toFloat32(fileOf(name).read(name), typeOf(tensors, name)),
      readRows(name, firstRow, rows) {
        const file = fileOf(name);
        const { shape, dtype } = tensors.get(name)!;
        const [height = 0, width = 1] = shape;
        if (shape.length !== 2 || firstRow < 0 || rows < 0 || firstRow + rows > height) {
          throw new RangeError(`${name}: rows ${firstRow} to ${firstRow + rows} of [${shape.join(", ")}]`);
        }
        const rowBytes = width * bytesPerElement[dtype];
        return toFloat32(file.read(name, firstRow * rowBytes, rows * rowBytes), dtype);
      },
      readBytes: (name, start, bytes, into) => fileOf(name).read(name, start, bytes, into),
      close,
    };
    checkTiedHead(found, config);
    return checkpoint;
  } catch (error) {
    close();
    throw error;
  }
}

const typeOf = (tensors: ReadonlyMap<string, TensorInfo>, name: string): TensorType => tensors.get(name)!.dtype;

const missing = (folder: string, name: string): CheckpointError =>
  new CheckpointError(
    "checkpoint.missing_tensor",
    `${folder}: there is no tensor ${name}`,
    name === headName
      ? { hint: "If the LM head is the embedding, config.json must say tie_word_embeddings: true." }
      : {},
  );

function addTensors(
  found: Map<string, SafetensorsFile>,
  file: SafetensorsFile,
  name: string,
  index: ReadonlyMap<string, string> | undefined,
): void {
  for (const tensor of file.tensors.keys()) {
    const other = found.get(tensor);
    if (other !== undefined) {
      throw new CheckpointError("checkpoint.duplicate_tensor", `${file.file}: ${tensor} is in ${other.file} too`);
    }
    if (index !== undefined && index.get(tensor) !== name) {
      const place = index.get(tensor) ?? "no file";
      throw new CheckpointError(
        "checkpoint.index_differs",
        `${file.file}: has the tensor ${tensor}, which ${indexFile} says is in ${place}`,
      );
    }
    found.set(tensor, file);
  }
}

function checkIndex(
  found: ReadonlyMap<string, SafetensorsFile>,
  index: ReadonlyMap<string, string> | undefined,
  folder: string,
): void {
  for (const [tensor, shard] of index ?? []) {
    if (found.has(tensor)) continue;
    throw new CheckpointError(
      "checkpoint.missing_tensor",
      `${path.join(folder, shard)}: lacks the tensor ${tensor}, which ${indexFile} says is there`,
    );
  }
}

/** Old files carry the rotary frequencies, which follow from the configuration. */
const isDerived = (name: string): boolean => name.endsWith(".rotary_emb.inv_freq");

function checkTensors(
  found: ReadonlyMap<string, SafetensorsFile>,
  config: ModelConfig,
  folder: string,
  tablesOnly: boolean,
): Map<string, TensorInfo> {
  const isNeeded = (name: string): boolean => !tablesOnly || name === embeddingName || name === headName;
  const tensors = new Map<string, TensorInfo>();
  for (const [name, shape] of tensorShapes(config)) {
    const info = found.get(name)?.tensors.get(name);
    if (info === undefined && !isNeeded(name)) continue;
    if (info === undefined) throw missing(folder, name);
    if (info.shape.length !== shape.length || info.shape.some((length, i) => length !== shape[i])) {
      throw new CheckpointError(
        "checkpoint.shape",
        `${info.file}: ${name} has shape [${info.shape.join(", ")}], but config.json makes it [${shape.join(", ")}]`,
      );
    }
    tensors.set(name, info);
  }
  for (const [name, { file }] of found) {
    if (tensors.has(name) || isDerived(name) || (config.tie_word_embeddings && name === headName)) continue;
    throw new CheckpointError("checkpoint.unexpected_tensor", `${file}: ${name} is no tensor of this architecture`, {
      hint: "The weights would be computed without it; check that config.json belongs to them.",
    });
  }
  return tensors;
}

const pieceBytes = 4 << 20;

/** Some files store a tied LM head once more; it must then be the embedding. */
function checkTiedHead(found: ReadonlyMap<string, SafetensorsFile>, config: ModelConfig): void {
  const file = found.get(headName);
  if (!config.tie_word_embeddings || file === undefined) return;
  const embedding = found.get(embeddingName)!;
  const head = file.tensors.get(headName)!;
  let same = embedding.tensors.get(embeddingName)!.bytes === head.bytes;
  for (let at = 0; same && at < head.bytes; at += pieceBytes) {
    const bytes = Math.min(pieceBytes, head.bytes - at);
    same = Buffer.compare(file.read(headName, at, bytes), embedding.read(embeddingName, at, bytes)) === 0;
  }
  if (same) return;
  throw new CheckpointError(
    "checkpoint.tied_head_differs",
    `${file.file}: config.json says tie_word_embeddings, but ${headName} is not equal to ${embeddingName}`,
  );
}

/** The tensor as it is, read in pieces when it is written. */
export function copyTensor(checkpoint: Checkpoint, name: string): TensorSource {
  const info = checkpoint.tensors.get(name);
  if (info === undefined) throw missing(checkpoint.folder, name);
  const { shape, dtype, bytes } = info;
  function* pieces(): Iterable<Uint8Array> {
    const piece = new Uint8Array(Math.min(pieceBytes, bytes));
    for (let at = 0; at < bytes; at += pieceBytes) {
      yield checkpoint.readBytes(name, at, Math.min(pieceBytes, bytes - at), piece);
    }
  }
  return { name, shape, dtype, pieces };
}
