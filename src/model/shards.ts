/** Which safetensors files of a folder belong to the model, with or without an index. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { CheckpointError } from "../errors.js";
import { readJsonObject } from "./config.js";

export const singleFile = "model.safetensors";
export const indexFile = "model.safetensors.index.json";
export const shardFile = (number: number, count: number): string =>
  `model-${String(number).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.safetensors`;
export const isShardFile = (name: string): boolean => /^model-\d+-of-\d+\.safetensors$/.test(name);

export interface Shards {
  /** File names in the folder, sorted. */
  files: string[];
  /** Tensor name → file name, where an index says so. */
  index: ReadonlyMap<string, string> | undefined;
}

/** What the index names; without an index model.safetensors, or else all *.safetensors there are. Throws `CheckpointError`. */
export function findShards(folder: string): Shards {
  const present = readdirSync(folder)
    .filter((name) => name.endsWith(".safetensors") && !name.startsWith("."))
    .sort();
  const indexPath = path.join(folder, indexFile);
  if (!existsSync(indexPath)) {
    if (present.includes(singleFile)) return { files: [singleFile], index: undefined };
    if (present.length > 0) return { files: present, index: undefined };
    throw new CheckpointError("checkpoint.weights_missing", `${folder}: there is no *.safetensors in this folder`, {
      hint: "Weights in another format (*.bin, *.pth) have to be converted to safetensors first.",
    });
  }
  const index = readIndex(indexPath);
  const files = [...new Set(index.values())].sort();
  for (const file of files) {
    if (!present.includes(file)) {
      throw new CheckpointError(
        "checkpoint.shard_missing",
        `${path.join(folder, file)}: named in ${indexFile}, but not there`,
        {
          hint: "Copy or download the missing file.",
        },
      );
    }
  }
  const unnamed = present.find((name) => (name === singleFile || isShardFile(name)) && !files.includes(name));
  if (unnamed !== undefined) {
    throw new CheckpointError(
      "checkpoint.shard_not_in_index",
      `${indexPath}: does not name ${unnamed}, which is there`,
      {
        hint: "The index and the files come from different versions of the model.",
      },
    );
  }
  return { files, index };
}

/** Tensor name → file name. Throws `CheckpointError`. */
export function readIndex(file: string): Map<string, string> {
  const fail = (fault: string): never => {
    throw new CheckpointError("checkpoint.index_invalid", `${file}: ${fault}`);
  };
  const { weight_map: map } = readJsonObject(file);
  if (typeof map !== "object" || map === null || Array.isArray(map)) return fail("there is no weight_map");
  const index = new Map<string, string>();
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== "string") return fail(`weight_map: ${name}: expected a file name`);
    // Nothing outside the model's own folder is read, whatever the index says.
    if (/[/\\:\0]/.test(shard) || !shard.endsWith(".safetensors") || shard.startsWith(".")) {
      return fail(`weight_map: ${name}: ${JSON.stringify(shard)} is not the name of a safetensors file in this folder`);
    }
    index.set(name, shard);
  }
  if (index.size === 0) return fail("weight_map is empty");
  return index;
}
