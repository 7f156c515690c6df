/**
 * The cache that Hugging Face's tools share, `$HF_HOME/hub`: a folder a model or data set with `blobs` (files by checksum), `snapshots`
 * (a folder a commit, of links to blobs) and `refs` (the commit that a branch or tag was at).
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { getHFHubCachePath } from "@huggingface/hub";
import { writeFileAtomic } from "../../atomic-output.js";
import type { LepError } from "../../errors.js";
import { hubFault } from "./hub-fault.js";
import { type HubId, isCommit, shownId } from "./hub-id.js";

export const repositoryFolder = ({ type, name }: HubId): string =>
  path.join(getHFHubCachePath(), `${type}s--${name.replace("/", "--")}`);

export const snapshotFolder = (id: HubId, commit: string): string =>
  path.join(repositoryFolder(id), "snapshots", commit);

/** Notes which commit a branch or tag is at, once all of the snapshot that was asked for is there. */
export function noteRevision(id: HubId, commit: string): void {
  if (!isCommit(id.revision)) writeFileAtomic(path.join(repositoryFolder(id), "refs", id.revision), commit);
}

/**
 * What was downloaded before. Throws `hubFault` (`offline`) where that is nothing, or no weights where they are wanted.
 */
export function cachedSnapshot(id: HubId, weights = false): string {
  const folder = cachedFolder(id);
  if (folder === undefined) throw offline(id, "it was never downloaded");
  if (weights && !readdirSync(folder).some((name) => name.endsWith(".safetensors"))) {
    throw offline(id, "only its tokenizer was ever downloaded");
  }
  return folder;
}

/** Undefined where nothing of it was downloaded. */
export function cachedFolder(id: HubId): string | undefined {
  const commit = cachedCommit(id);
  const folder = commit && snapshotFolder(id, commit);
  return folder && existsSync(folder) ? folder : undefined;
}

function cachedCommit(id: HubId): string | undefined {
  if (isCommit(id.revision)) return id.revision;
  const reference = path.join(repositoryFolder(id), "refs", id.revision);
  const commit = existsSync(reference) ? readFileSync(reference, "utf8").trim() : "";
  return isCommit(commit) ? commit : undefined;
}

function offline(id: HubId, what: string): LepError {
  const thing = id.type === "model" ? "model" : "data set";
  return hubFault(id, "offline", `${shownId(id)}: there is no such folder, and ${what} to ${repositoryFolder(id)}`, {
    hint: `Run once without --offline, LEP_OFFLINE and HF_HUB_OFFLINE to download it, or copy the ${thing} here.`,
  });
}

/** Which model and commit of the hub a snapshot folder holds; undefined for any other folder. */
export function hubOrigin(folder: string): { name: string; commit: string } | undefined {
  if (!existsSync(folder)) return undefined;
  const [, organisation, model, commit] =
    /[/\\]models--((?:(?!--)[^/\\])+)--([^/\\]+)[/\\]snapshots[/\\]([0-9a-f]{40})$/.exec(realpathSync(folder)) ?? [];
  return commit === undefined ? undefined : { name: `${organisation}/${model}`, commit };
}
