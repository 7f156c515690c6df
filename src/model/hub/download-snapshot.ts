/** Chosen files of a hub repository into the shared cache; the commit is noted when the last one is there. */
import { join } from "node:path";
import { datasetInfo, HubApiError, type ListFileEntry, listFiles, modelInfo } from "@huggingface/hub";
import { EngineError, LepError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { downloadFile, type HubFile } from "./download-file.js";
import { type HubAccess, hubAccess } from "./hub-access.js";
import { noteRevision, snapshotFolder } from "./hub-cache.js";
import { hubFault } from "./hub-fault.js";
import { type HubId, isCommit, shownId } from "./hub-id.js";
import { fetchOver, type Patience, withRetries } from "./with-retries.js";

/** Which of a repository's paths are wanted; `fetchOne` downloads one of them first, for what stands in it, and gives its place. */
export type ChooseFiles = (
  paths: readonly string[],
  fetchOne: (path: string) => Promise<string>,
) => readonly string[] | Promise<readonly string[]>;

export interface SnapshotOptions extends Partial<Omit<Patience, "signal">> {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The folder of the snapshot. Throws `hubFault`: the hub has no such repository or revision (`hub_not_found`), no right to
 * it (`hub_access`), both exit code 2; the download failed (`download_failed`) or brought something else (`checksum`), both
 * exit code 1. What has arrived by then is continued from the next time.
 */
export async function downloadSnapshot(id: HubId, choose: ChooseFiles, options: SnapshotOptions = {}): Promise<string> {
  const access = hubAccess();
  const { progress, signal, retries = 4, pauseMs = 1000, stallMs = 60_000 } = options;
  const patience = { retries, pauseMs, stallMs, signal };
  try {
    const commit = await commitOf(id, access, patience);
    const files = await filesOf(id, commit, access, patience);
    const download = (file: HubFile, onBytes?: (done: number) => void): Promise<void> => {
      // It becomes a file name.
      if (!isChecksum(file.checksum)) throw new Error(`${file.path}: the hub names no checksum`);
      return downloadFile(id, commit, file, access, { ...patience, ...(onBytes && { onBytes }) });
    };
    const chosen = await choose([...files.keys()], async (name) => {
      await download(files.get(name)!);
      return join(snapshotFolder(id, commit), name);
    });
    const wanted = [...new Set(chosen)].sort().map((name) => files.get(name)!);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const file of wanted) {
      const task = `downloading ${id.name}`;
      await download(file, (done) => progress?.({ task, done: before + done, total, unit: "bytes", note: file.path }));
      before += file.size;
    }
    noteRevision(id, commit);
    return snapshotFolder(id, commit);
  } catch (error) {
    if (signal?.aborted) throw new EngineError("run.interrupted", `interrupted while downloading ${id.name}`);
    throw downloadFault(id, error, access);
  }
}

async function commitOf(id: HubId, access: HubAccess, patience: Patience): Promise<string> {
  const { sha } = await withRetries<{ sha?: unknown }>((connection) => {
    const asked = { name: id.name, revision: id.revision, ...access, fetch: fetchOver(connection) };
    return id.type === "model"
      ? modelInfo({ ...asked, additionalFields: ["sha"] })
      : datasetInfo({ ...asked, additionalFields: ["sha"] });
  }, patience);
  if (typeof sha === "string" && isCommit(sha)) return sha;
  throw new Error("the hub named no commit");
}

/** By path. Those that would lie outside of the snapshot are left out: they cannot be chosen. */
async function filesOf(
  id: HubId,
  commit: string,
  access: HubAccess,
  patience: Patience,
): Promise<Map<string, HubFile>> {
  const entries = await withRetries(async (connection) => {
    // What is used of a model lies at the top.
    const place = { repo: { type: id.type, name: id.name }, revision: commit, recursive: id.type === "dataset" };
    const all: ListFileEntry[] = [];
    for await (const entry of listFiles({ ...place, ...access, fetch: fetchOver(connection) })) all.push(entry);
    return all;
  }, patience);
  const files = entries.filter(({ type, path }) => type === "file" && staysInside(path));
  return new Map(
    files.map(({ path, lfs, oid, size }) => [path, { path, size: lfs?.size ?? size, checksum: lfs?.oid ?? oid ?? "" }]),
  );
}

const isChecksum = (text: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

const staysInside = (name: string): boolean =>
  !/[\\:]/.test(name) && name.split("/").every((part) => !["", ".", ".."].includes(part));

function downloadFault(id: HubId, error: unknown, { accessToken }: HubAccess): LepError {
  if (error instanceof LepError) return error;
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  const cause = (error as { cause?: { message?: string } }).cause?.message;
  // The address of a question is long, and says no more than the question.
  const said = [(error as Error).message, cause]
    .filter(Boolean)
    .join(": ")
    .replace(/\?expand=\S*/, "");
  const message = accessToken === undefined ? said : said.replaceAll(accessToken, "***");
  const shown = shownId(id);
  const thing = id.type === "model" ? "model" : "data set";
  if (status === 404) {
    return hubFault(
      id,
      "hub_not_found",
      `${shown}: there is no such folder, and the hub has no such ${thing} or revision: ${message}`,
      {
        cause: error,
        hint: `Check the spelling; a private ${thing} is not there for those without rights (HF_TOKEN).`,
      },
    );
  }
  if (status === 401 || status === 403) {
    const hint =
      accessToken === undefined
        ? `Check the spelling. The ${thing} may be private or gated: accept its terms on the hub and set HF_TOKEN.`
        : `The token in use has no right to it: accept the ${thing}'s terms on the hub, or use a token (HF_TOKEN) with more rights.`;
    return hubFault(id, "hub_access", `${shown}: the hub gives no access: ${message}`, {
      cause: error,
      hint,
    });
  }
  return hubFault(id, "download_failed", `${shown}: the download failed: ${message}`, {
    cause: error,
    exitCode: 1,
    hint: "Check the network and HF_ENDPOINT and run it again: it continues. --offline uses what was downloaded before.",
  });
}
