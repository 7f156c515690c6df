/** Writes a model folder: config.json and the weights in one file, or in shards with an index where they are large. */
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "../make-folder.js";
import { removeIfThere } from "../remove-if-there.js";
import { writeFault } from "../write-fault.js";
import { checkpointFiles } from "./checkpoint-files.js";
import { indexFile, isShardFile, singleFile } from "./shards.js";
import type { TensorSource } from "./tensor-source.js";
import { writeSafetensors } from "./write-safetensors.js";

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
  const { weights, texts } = checkpointFiles(config, tensors, options.maxShardBytes);
  const partials = new Map<string, string>();
  const partialOf = (name: string): string => {
    const partial = path.join(folder, `.${name}.${process.pid}.partial`);
    partials.set(name, partial);
    return partial;
  };
  let made: string | undefined;
  try {
    made = makeFolder(folder);
    for (const { name, tensors: own } of weights) writeSafetensors(partialOf(name), own);
    for (const { name, text } of texts) writeFileSync(partialOf(name), text);
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
