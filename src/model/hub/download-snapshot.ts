/** All files of a hub model that are of use here, into the shared cache; the commit is noted when the last one is there. */
import path from "node:path";
import { HubApiError, type ListFileEntry, listFiles, modelInfo } from "@huggingface/hub";
import { CheckpointError, EngineError, LepError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { adapterWeightsFile } from "../peft/adapter-config.js";
import { indexFile, readIndex, singleFile } from "../shards.js";
import { downloadFile, type HubFile } from "./download-file.js";
import { type HubAccess, hubAccess } from "./hub-access.js";
import { noteRevision, snapshotFolder } from "./hub-cache.js";
import { type HubId, isCommit } from "./hub-id.js";
import { fetchOver, type Patience, withRetries } from "./with-retries.js";

export interface SnapshotOptions extends Partial<Omit<Patience, "signal">> {
  /** Leave the weights out. */
  weights: boolean;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

const metadataFiles =
  /^((generation_|tokenizer_|preprocessor_|adapter_)?config|tokenizer|special_tokens_map|added_tokens|vocab|chat_template|model\.safetensors\.index)\.json$|^merges\.txt$|^tokenizer\.model$|^[\w.-]+\.tiktoken$|^chat_template\.jinja$|^README\.md$/;
const essential = /^((adapter_)?config\.json|tokenizer.*|.*\.tiktoken)$/;

/**
 * The folder of the snapshot. Throws `CheckpointError`: the hub has no such model or revision (`checkpoint.hub_not_found`),
 * no right to it (`checkpoint.hub_access`), both exit code 2; the download failed (`checkpoint.download_failed`) or brought
 * something else (`checkpoint.checksum`), both exit code 1. What has arrived by then is continued from the next time.
 */
export async function downloadSnapshot(id: HubId, options: SnapshotOptions): Promise<string> {
  const access = hubAccess();
  const { weights, progress, signal, retries = 4, pauseMs = 1000, stallMs = 60_000 } = options;
  const patience = { retries, pauseMs, stallMs, signal };
  try {
    const commit = await commitOf(id, access, patience);
    const listed = await filesOf(id, commit, access, patience);
    const wanted = listed.filter((file) => metadataFiles.test(file.path));
    if (!wanted.some((file) => essential.test(file.path))) {
      throw new CheckpointError(
        "checkpoint.not_a_model",
        `${id.name}: this repository has neither a model nor a tokenizer`,
      );
    }
    if (weights) {
      const index = wanted.find((file) => file.path === indexFile);
      if (index !== undefined) await downloadFile(id, commit, index, access, patience);
      wanted.push(...weightFiles(id, listed, index && path.join(snapshotFolder(id, commit), indexFile)));
    }
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const file of wanted.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const task = `downloading ${id.name}`;
      const onBytes = (done: number): void =>
        progress?.({ task, done: before + done, total, unit: "bytes", note: file.path });
      await downloadFile(id, commit, file, access, { ...patience, onBytes });
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
  const { sha } = await withRetries(
    (connection) =>
      modelInfo({
        ...{ name: id.name, revision: id.revision, additionalFields: ["sha"], ...access },
        fetch: fetchOver(connection),
      }),
    patience,
  );
  if (typeof sha === "string" && isCommit(sha)) return sha;
  throw new Error("the hub named no commit");
}

/** Those that may be of use. */
async function filesOf(id: HubId, commit: string, access: HubAccess, patience: Patience): Promise<HubFile[]> {
  const entries = await withRetries(async (connection) => {
    const repository = { repo: { type: "model", name: id.name } as const, revision: commit, ...access };
    const all: ListFileEntry[] = [];
    for await (const entry of listFiles({ ...repository, fetch: fetchOver(connection) })) all.push(entry);
    return all;
  }, patience);
  return entries
    .filter(({ type, path: name }) => type === "file" && (metadataFiles.test(name) || name.endsWith(".safetensors")))
    .map(({ path: name, size, oid, lfs }): HubFile => {
      const checksum = lfs?.oid ?? oid ?? "";
      // It becomes a file name.
      if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(checksum)) throw new Error(`${name}: the hub names no checksum`);
      return { path: name, size: lfs?.size ?? size, checksum };
    });
}

/**
 * What the index names; without one `model.safetensors`, or else all there are; an adapter's beside them. Throws
 * `CheckpointError` where the index is none or the repository lacks a file that it names.
 */
function weightFiles({ name }: HubId, listed: readonly HubFile[], index: string | undefined): HubFile[] {
  const large = new Map(listed.filter((file) => file.path.endsWith(".safetensors")).map((file) => [file.path, file]));
  const adapter = large.get(adapterWeightsFile);
  large.delete(adapterWeightsFile);
  const single = large.get(singleFile);
  const named = index === undefined ? undefined : new Set(readIndex(index).values());
  const missing = [...(named ?? [])].find((file) => !large.has(file));
  if (missing !== undefined) {
    throw new CheckpointError(
      "checkpoint.shard_missing",
      `${name}: ${indexFile} names ${missing}, which the repository does not have`,
    );
  }
  const model = named ? [...named].map((file) => large.get(file)!) : single ? [single] : [...large.values()];
  return adapter === undefined ? model : [...model, adapter];
}

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
  const shown = id.revision === "main" ? id.name : `${id.name}@${id.revision}`;
  if (status === 404) {
    return new CheckpointError(
      "checkpoint.hub_not_found",
      `${shown}: there is no such folder, and the hub has no such model or revision: ${message}`,
      { cause: error, hint: "Check the spelling; a private model is not there for those without rights (HF_TOKEN)." },
    );
  }
  if (status === 401 || status === 403) {
    const hint =
      accessToken === undefined
        ? "Check the spelling. The model may be private or gated: accept its terms on the hub and set HF_TOKEN."
        : "The token in use has no right to it: accept the model's terms on the hub, or use a token (HF_TOKEN) with more rights.";
    return new CheckpointError("checkpoint.hub_access", `${shown}: the hub gives no access: ${message}`, {
      cause: error,
      hint,
    });
  }
  return new CheckpointError("checkpoint.download_failed", `${shown}: the download failed: ${message}`, {
    cause: error,
    exitCode: 1,
    hint: "Check the network and HF_ENDPOINT and run it again: it continues. --offline uses what was downloaded before.",
  });
}
