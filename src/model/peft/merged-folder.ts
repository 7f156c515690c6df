/** The model that an adapter folder means: its base is found, the two are merged once, and the result is kept in lep's cache. */
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CheckpointError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { sha256, sha256File } from "../../sha256.js";
import { readModelConfig } from "../config.js";
import { adapterConfigFile, adapterWeightsFile, readAdapterConfig } from "./adapter-config.js";
import { mergeAdapter } from "./merge-adapter.js";

/** A folder with an adapter and no model: where it holds weights of its own beside a config.json, those are the model. */
export function isAdapter(folder: string): boolean {
  if (!existsSync(path.join(folder, adapterConfigFile))) return false;
  const names = readdirSync(folder);
  return (
    !names.includes("config.json") ||
    !names.some((name) => name.endsWith(".safetensors") && name !== adapterWeightsFile)
  );
}

/**
 * `resolve` finds a model by folder or hub id. The base is looked for where `base_model_name_or_path` says (from the current
 * folder, from the adapter's), beside the adapter under its last name, and on the hub. Throws `CheckpointError`.
 */
export async function mergedFolder(
  adapter: string,
  resolve: (pathOrId: string) => Promise<string>,
  progress?: Progress,
): Promise<string> {
  const { base: named, baseRevision } = readAdapterConfig(adapter);
  const place = path.join(adapter, adapterConfigFile);
  if (named === undefined) {
    throw new CheckpointError("checkpoint.adapter_base", `${place}: base_model_name_or_path names no base model`, {
      hint: "Write the folder or hub id of the model that the adapter was trained on there.",
    });
  }
  const near = [named, path.resolve(adapter, named), path.resolve(adapter, "..", path.basename(named))];
  const found = near.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isDirectory());
  if (found !== undefined && path.resolve(found) === path.resolve(adapter)) {
    throw new CheckpointError("checkpoint.adapter_base", `${place}: base_model_name_or_path names the adapter itself`);
  }
  const base = await resolve(found ?? (baseRevision === undefined ? named : `${named}@${baseRevision}`)).catch(
    (cause) => {
      throw cause instanceof CheckpointError ? baseFault(place, cause) : cause;
    },
  );
  readModelConfig(base);
  const out = path.join(cacheFolder(), "merged", mergeKey(adapter, base), path.basename(path.resolve(adapter)));
  if (!existsSync(out)) await mergeAdapter({ adapter, base, out }, progress);
  return out;
}

/** Whoever named an adapter may not know of its base. */
function baseFault(place: string, cause: CheckpointError): CheckpointError {
  const { code, exitCode, message } = cause;
  const hint =
    code === "checkpoint.not_found"
      ? "Lay the model that the adapter was trained on beside the adapter, or write its folder or hub id there."
      : cause.hint;
  return new CheckpointError(code, `${place}: base_model_name_or_path: ${message}`, {
    ...{ cause, exitCode },
    ...(hint !== undefined && { hint }),
  });
}

const cacheFolder = (): string => path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "lep");

/** The adapter by its content; the base, which may be large, by place, size and time of its files. */
function mergeKey(adapter: string, base: string): string {
  const adapters = filesIn(adapter).map((name) => [name, sha256File(path.join(adapter, name))]);
  const bases = filesIn(base).map((name) => {
    const file = realpathSync(path.join(base, name));
    const { size, mtimeMs } = statSync(file);
    return [name, file, size, mtimeMs];
  });
  return sha256(JSON.stringify([adapters, bases])).slice(0, 16);
}

/** Nothing of a model lies in folders below its own. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile())
    .sort();
