/** Model and tokenizer folders by path or by hub id; what is downloaded stays in the cache that Hugging Face's tools share. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { CheckpointError } from "../errors.js";
import { downloadSnapshot, type SnapshotOptions } from "./hub/download-snapshot.js";
import { networkForbidden } from "./hub/hub-access.js";
import { cachedSnapshot } from "./hub/hub-cache.js";
import { parseHubId } from "./hub/hub-id.js";
import { modelFiles } from "./hub/model-files.js";
import { isAdapter, mergedFolder } from "./peft/merged-folder.js";

export interface ResolveOptions extends SnapshotOptions {
  /** False: leave the weights out. */
  weights?: boolean;
  /** No network: only what was downloaded before. LEP_OFFLINE=1 and HF_HUB_OFFLINE=1 say the same. */
  offline?: boolean | undefined;
}

/**
 * A local folder as it is, else the snapshot of a hub id (`org/name` or `org/name@revision`); of a LoRA adapter the folder of
 * the model that it makes with its base. Honours HF_TOKEN, HF_ENDPOINT and HF_HOME. Throws `CheckpointError` where there is
 * neither, and what `downloadSnapshot` and `mergedFolder` throw.
 */
export function resolveModelFolder(pathOrId: string, options: ResolveOptions = {}): Promise<string> {
  return resolveThrough([], pathOrId, options);
}

/** `adapters`: those that lead to `pathOrId` as their base. */
async function resolveThrough(adapters: readonly string[], pathOrId: string, options: ResolveOptions): Promise<string> {
  const folder = await findFolder(pathOrId, options);
  if (options.weights === false || !isAdapter(folder)) return folder;
  const real = realpathSync(folder);
  if (adapters.includes(real)) {
    throw new CheckpointError("checkpoint.adapter_base", `${folder}: this adapter is made to be its own base`);
  }
  return mergedFolder(folder, (base) => resolveThrough([...adapters, real], base, options), options.progress);
}

async function findFolder(pathOrId: string, options: ResolveOptions): Promise<string> {
  if (statSync(pathOrId, { throwIfNoEntry: false })?.isDirectory()) return pathOrId;
  if (existsSync(pathOrId)) throw new CheckpointError("checkpoint.not_found", `${pathOrId}: not a folder`);
  const id = parseHubId(pathOrId);
  if (id === undefined) {
    throw new CheckpointError("checkpoint.not_found", `${pathOrId}: there is no such folder`, {
      hint: "Give a folder in Hugging Face layout or a hub id such as org/name or org/name@revision.",
    });
  }
  const { offline = networkForbidden(), weights = true } = options;
  if (offline) return cachedSnapshot(id, weights);
  return downloadSnapshot(id, (paths, fetchOne) => modelFiles(id, paths, weights, fetchOne), options);
}

/** The same for a tokenizer: a folder or file that is there, else the tokenizer files of a hub id. */
export async function resolveTokenizerPlace(place: string, options: ResolveOptions = {}): Promise<string> {
  return existsSync(place) ? place : resolveModelFolder(place, { ...options, weights: false });
}
