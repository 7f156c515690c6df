/** The files that a model folder's configuration and weights become: one file of weights, or shards with an index where they are large. */
import { indexFile, shardFile, singleFile } from "./shards.js";
import { type TensorSource, tensorBytes } from "./tensor-source.js";

type TensorShape = Pick<TensorSource, "name" | "shape" | "dtype">;

export interface CheckpointFiles<T extends TensorShape> {
  /** Safetensors files, with their tensors in order. */
  weights: { name: string; tensors: T[] }[];
  /** Written behind the weights. */
  texts: { name: string; text: string }[];
}

/** The limit that Hugging Face's libraries use. */
const defaultShardBytes = 5e9;

/** Files in the order in which they are to be written. `config` is config.json as is. */
export function checkpointFiles<T extends TensorShape>(
  config: Record<string, unknown>,
  tensors: readonly T[],
  maxShardBytes = defaultShardBytes,
): CheckpointFiles<T> {
  const shards = splitIntoShards(tensors, maxShardBytes);
  const nameOf = (i: number): string => (shards.length === 1 ? singleFile : shardFile(i + 1, shards.length));
  const weights = shards.map((shard, i) => ({ name: nameOf(i), tensors: shard }));
  const index = { name: indexFile, text: indexOf(weights) };
  const own = { name: "config.json", text: `${JSON.stringify(config, null, 2)}\n` };
  return { weights, texts: weights.length > 1 ? [index, own] : [own] };
}

/** In the given order, each shard as full as the limit allows; a tensor is never cut. */
function splitIntoShards<T extends TensorShape>(tensors: readonly T[], maxShardBytes: number): T[][] {
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

function indexOf(weights: CheckpointFiles<TensorShape>["weights"]): string {
  const map = weights.flatMap((file) => file.tensors.map(({ name }): [string, string] => [name, file.name]));
  const total = weights.flatMap(({ tensors }) => tensors).reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  return `${JSON.stringify({ metadata: { total_size: total }, weight_map: Object.fromEntries(map.sort()) }, null, 2)}\n`;
}
