/** All files of a hub model that are of use here, into the shared cache; the commit is noted when the last one is there. */
import { HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { CheckpointError, EngineError, LepError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import { type DownloadOptions, downloadFile, type HubFile } from "./download-file.js";
import { type HubAccess, hubAccess } from "./hub-access.js";
import { noteRevision, snapshotFolder } from "./hub-cache.js";
import { type HubId, isCommit } from "./hub-id.js";

export interface SnapshotOptions extends Partial<Pick<DownloadOptions, "retries" | "pauseMs">> {
  /** Leave the weights out. */
  weights: boolean;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

const metadataFiles =
  /^((generation_|tokenizer_|preprocessor_|adapter_)?config|tokenizer|special_tokens_map|added_tokens|vocab|chat_template|model\.safetensors\.index)\.json$|^merges\.txt$|^tokenizer\.model$|^[\w.-]+\.tiktoken$|^chat_template\.jinja$|^README\.md$/;
const weightFiles = /^(model[\w.-]*|adapter_model)\.safetensors$/;
const essential = /^((adapter_)?config\.json|tokenizer.*|.*\.tiktoken)$/;

/**
 * The folder of the snapshot. Throws `CheckpointError`: the hub has no such model or revision (`checkpoint.hub_not_found`),
 * no right to it (`checkpoint.hub_access`), both exit code 2; the download failed (`checkpoint.download_failed`) or brought
 * something else (`checkpoint.checksum`), both exit code 1. What has arrived by then is continued from the next time.
 */
export async function downloadSnapshot(id: HubId, options: SnapshotOptions): Promise<string> {
  const access = hubAccess();
  const { weights, progress, signal, retries = 4, pauseMs = 1000 } = options;
  try {
    const commit = await commitOf(id, access);
    const wanted = await wantedFiles(id, commit, access, weights);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const file of wanted) {
      const task = `downloading ${id.name}`;
      const onBytes = (done: number): void =>
        progress?.({ task, done: before + done, total, unit: "bytes", note: file.path });
      await downloadFile(id, commit, file, access, { retries, pauseMs, onBytes, signal });
      before += file.size;
    }
    noteRevision(id, commit);
    return snapshotFolder(id, commit);
  } catch (error) {
    if (signal?.aborted) throw new EngineError("run.interrupted", `interrupted while downloading ${id.name}`);
    throw downloadFault(id, error, access);
  }
}

async function commitOf(id: HubId, access: HubAccess): Promise<string> {
  const { sha } = await modelInfo({ name: id.name, revision: id.revision, additionalFields: ["sha"], ...access });
  if (typeof sha === "string" && isCommit(sha)) return sha;
  throw new Error("the hub named no commit");
}

async function wantedFiles(id: HubId, commit: string, access: HubAccess, weights: boolean): Promise<HubFile[]> {
  const wanted: HubFile[] = [];
  for await (const entry of listFiles({ repo: { type: "model", name: id.name }, revision: commit, ...access })) {
    const takes = metadataFiles.test(entry.path) || (weights && weightFiles.test(entry.path));
    if (entry.type !== "file" || !takes) continue;
    const checksum = entry.lfs?.oid ?? entry.oid ?? "";
    // It becomes a file name.
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(checksum)) throw new Error(`${entry.path}: the hub names no checksum`);
    wanted.push({ path: entry.path, size: entry.lfs?.size ?? entry.size, checksum });
  }
  if (!wanted.some(({ path }) => essential.test(path))) {
    throw new CheckpointError(
      "checkpoint.not_a_model",
      `${id.name}: this repository has neither a model nor a tokenizer`,
    );
  }
  return wanted.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function downloadFault(id: HubId, error: unknown, { accessToken }: HubAccess): LepError {
  if (error instanceof LepError) return error;
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  const cause = (error as { cause?: { message?: string } }).cause?.message;
  const said = [(error as Error).message, cause].filter(Boolean).join(": ");
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
