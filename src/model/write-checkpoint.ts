/** Writes a model folder: config.json and the weights in one file, or in shards with an index where they are large. */
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "../make-folder.js";
import { removeIfThere } from "../remove-if-there.js";
import { writeFault } from "../write-fault.js";
import { indexFile, isShardFile, shardFile, singleFile } from "./shards.js";
import { type TensorSource, tensorBytes } from "./tensor-source.js";
import { writeSafetensors } from "./write-safetensors.js";

/** The limit that Hugging Face's libraries use. */
export const defaultShardBytes = 5e9;

/**
 * `config` is config.json as is. Other files of an existing folder are left alone; older weights in it are replaced when
 * the new ones are whole. Throws `CheckpointError` with the cause where it cannot be written, and then leaves nothing new.
 */
export function writeCheckpoint(
  folder: string,
  config: Record<string, unknown>,
  tensors: TensorSource[],
  options: { maxShardBytes?: number | undefined } = {},
): void {
  const shards = splitIntoShards(tensors, options.maxShardBytes ?? defaultShardBytes);
  const nameOf = (i: number): string => (shards.length === 1 ? singleFile : shardFile(i + 1, shards.length));
  const partials = new Map<string, string>();
  const partialOf = (name: string): string => {
    const partial = path.join(folder, `.${name}.${process.pid}.partial`);
    partials.set(name, partial);
    return partial;
  };
  let made: string | undefined;
  try {
    made = makeFolder(folder);
    for (const [i, shard] of shards.entries()) writeSafetensors(partialOf(nameOf(i)), shard);
    if (shards.length > 1) writeFileSync(partialOf(indexFile), indexOf(shards));
    writeFileSync(partialOf("config.json"), `${JSON.stringify(config, null, 2)}\n`);
    for (const name of readdirSync(folder)) {
      const isWeights = name === singleFile || name === indexFile || isShardFile(name);
      if (isWeights && !partials.has(name)) rmSync(path.join(folder, name));
    }
    for (const [name, partial] of partials) renameSync(partial, path.join(folder, name));
  } catch (error) {
    for (const partial of partials.values()) removeIfThere(partial);
    if (made !== undefined) removeIfThere(made);
    throw writeFault(folder, error);
  }
}

type TensorShape = Pick<TensorSource, "name" | "shape" | "dtype">;

/** In the given order, each shard as full as the limit allows; a tensor is never cut. */
export function splitIntoShards<T extends TensorShape>(tensors: readonly T[], maxShardBytes: number): T[][] {
  const shards: T[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor);
    if (filled > 0 && filled + bytes > maxShardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(tensor);
    filled += bytes;
  }
  return shards;
}

/** Text of the index file. */
export function indexOf(shards: readonly (readonly TensorShape[])[]): string {
  const map: [string, string][] = shards.flatMap((shard, i) =>
    shard.map(({ name }): [string, string] => [name, shardFile(i + 1, shards.length)]),
  );
  const total = shards.flat().reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  return `${JSON.stringify({ metadata: { total_size: total }, weight_map: Object.fromEntries(map.sort()) }, null, 2)}\n`;
}
