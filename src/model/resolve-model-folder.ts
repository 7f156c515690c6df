/** Model and tokenizer folders by path or by hub id; what is downloaded stays in the cache that Hugging Face's tools share. */
import { existsSync, statSync } from "node:fs";
import { CheckpointError } from "../errors.js";
import type { Progress } from "../progress.js";
import { downloadSnapshot, type SnapshotOptions } from "./hub/download-snapshot.js";
import { networkForbidden } from "./hub/hub-access.js";
import { cachedSnapshot } from "./hub/hub-cache.js";
import { parseHubId } from "./hub/hub-id.js";

export interface ResolveOptions extends Partial<SnapshotOptions> {
  /** No network: only what was downloaded before. LEP_OFFLINE=1 and HF_HUB_OFFLINE=1 say the same. */
  offline?: boolean | undefined;
  progress?: Progress | undefined;
}

/**
 * A local folder as it is, else the snapshot of a hub id (`org/name` or `org/name@revision`). Honours HF_TOKEN, HF_ENDPOINT and
 * HF_HOME. Throws `CheckpointError` where there is neither, and what `downloadSnapshot` throws.
 */
export async function resolveModelFolder(pathOrId: string, options: ResolveOptions = {}): Promise<string> {
  if (statSync(pathOrId, { throwIfNoEntry: false })?.isDirectory()) return pathOrId;
  if (existsSync(pathOrId)) throw new CheckpointError("checkpoint.not_found", `${pathOrId}: not a folder`);
  const id = parseHubId(pathOrId);
  if (id === undefined) {
    throw new CheckpointError("checkpoint.not_found", `${pathOrId}: there is no such folder`, {
      hint: "Give a folder in Hugging Face layout or a hub id such as org/name or org/name@revision.",
    });
  }
  const { offline = networkForbidden(), weights = true } = options;
  return offline ? cachedSnapshot(id, weights) : downloadSnapshot(id, { ...options, weights });
}

/** The same for a tokenizer: a folder or file that is there, else the tokenizer files of a hub id. */
export async function resolveTokenizerPlace(place: string, options: ResolveOptions = {}): Promise<string> {
  return existsSync(place) ? place : resolveModelFolder(place, { ...options, weights: false });
}
