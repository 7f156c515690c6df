/** Model and tokenizer folders by path or by hub id; what is downloaded stays in the cache that Hugging Face's tools share. */
import { existsSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { downloadFileToCacheDir, getHFHubCachePath, HubApiError, listFiles, modelInfo } from "@huggingface/hub";
import { CheckpointError } from "../errors.js";
import { makeFolder } from "../make-folder.js";

export interface ResolveOptions {
  /** No network: only what was downloaded before. LEP_OFFLINE=1 says the same. */
  offline?: boolean | undefined;
  /** Leave the weights out: only the tokenizer and the configuration are wanted. */
  weights?: boolean;
  /** Called before each file that is downloaded; bytes as the hub says. */
  onFile?: (name: string, bytes: number) => void;
}

const hubId = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const metadataFiles =
  /^((generation_|tokenizer_|preprocessor_)?config|tokenizer|special_tokens_map|added_tokens|vocab|chat_template|model\.safetensors\.index)\.json$|^merges\.txt$|^tokenizer\.model$|\.tiktoken$|^chat_template\.jinja$/;
const weightFiles = /^model[\w.-]*\.safetensors$/;

/**
 * A local folder as it is, else the snapshot of a hub id. Honours HF_TOKEN, HF_ENDPOINT and HF_HOME.
 * Throws `CheckpointError` where there is neither, or the network is needed and forbidden or down.
 */
export async function resolveModelFolder(pathOrId: string, options: ResolveOptions = {}): Promise<string> {
  if (statSync(pathOrId, { throwIfNoEntry: false })?.isDirectory()) return pathOrId;
  if (existsSync(pathOrId)) throw new CheckpointError("checkpoint.not_found", `${pathOrId}: not a folder`);
  if (!hubId.test(pathOrId)) {
    throw new CheckpointError("checkpoint.not_found", `${pathOrId}: there is no such folder`, {
      hint: "Give a folder in Hugging Face layout or a hub id such as org/name.",
    });
  }
  const { offline = forbidden() } = options;
  return offline ? cachedSnapshot(pathOrId) : downloadSnapshot(pathOrId, options);
}

const forbidden = (): boolean => !["", "0", undefined].includes(process.env.LEP_OFFLINE);

const repositoryFolder = (id: string): string => path.join(getHFHubCachePath(), `models--${id.replace("/", "--")}`);

function cachedSnapshot(id: string): string {
  const folder = repositoryFolder(id);
  const reference = path.join(folder, "refs", "main");
  if (existsSync(reference)) {
    const snapshot = path.join(folder, "snapshots", path.basename(readFileSync(reference, "utf8").trim()));
    if (existsSync(snapshot)) return snapshot;
  }
  throw new CheckpointError(
    "checkpoint.offline",
    `${id}: there is no such folder, and it was never downloaded to ${folder}`,
    { hint: "Run once without --offline and LEP_OFFLINE to download it, or copy the model here." },
  );
}

async function downloadSnapshot(id: string, { weights = true, onFile }: ResolveOptions): Promise<string> {
  const endpoint = process.env.HF_ENDPOINT?.replace(/\/+$/, "");
  const token = process.env.HF_TOKEN;
  const access = { ...(endpoint && { hubUrl: endpoint }), ...(token && { accessToken: token }) };
  try {
    const { sha } = await modelInfo({ name: id, revision: "main", additionalFields: ["sha"], ...access });
    if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha)) throw new Error("the hub named no commit");
    const place = { repo: { type: "model" as const, name: id }, revision: sha, ...access };
    const wanted: { path: string; size: number }[] = [];
    for await (const entry of listFiles(place)) {
      const takes = metadataFiles.test(entry.path) || (weights && weightFiles.test(entry.path));
      if (entry.type === "file" && takes) wanted.push(entry);
    }
    if (!wanted.some((entry) => entry.path === "config.json" || entry.path.startsWith("tokenizer"))) {
      throw new CheckpointError("checkpoint.not_a_model", `${id}: this repository has neither a model nor a tokenizer`);
    }
    for (const { path: name, size } of wanted.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      onFile?.(name, size);
      const file = await quietly(() => downloadFileToCacheDir({ ...place, path: name }));
      const bytes = statSync(file).size;
      if (bytes !== size) {
        // Left there it would count as downloaded the next time.
        rmSync(realpathSync(file), { force: true });
        throw new Error(`${name} came with ${bytes} bytes instead of ${size}`);
      }
    }
    const folder = repositoryFolder(id);
    makeFolder(path.join(folder, "refs"));
    writeFileSync(path.join(folder, "refs", "main"), sha);
    return path.join(folder, "snapshots", sha);
  } catch (error) {
    throw downloadFault(id, error, token);
  }
}

/** The hub package reports on stdout, which belongs to results. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { debug } = console;
  console.debug = () => {};
  try {
    return await work();
  } finally {
    console.debug = debug;
  }
}

function downloadFault(id: string, error: unknown, token: string | undefined): unknown {
  if (error instanceof CheckpointError) return error;
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  const cause = (error as { cause?: { message?: string } }).cause?.message;
  const said = [(error as Error).message, cause].filter(Boolean).join(": ");
  const message = token ? said.replaceAll(token, "***") : said;
  const hint =
    status === 401 || status === 403
      ? "The model may be private or gated: accept its terms on the hub and set HF_TOKEN."
      : status === 404
        ? "Check the spelling: there is neither a folder nor a hub repository of this name."
        : "Check the network and HF_ENDPOINT; --offline uses what was downloaded before.";
  return new CheckpointError(
    "checkpoint.download_failed",
    `${id}: there is no such folder, and the download failed: ${message}`,
    {
      hint,
      cause: error,
    },
  );
}

/** The same for a tokenizer: a folder or file that is there, else the tokenizer files of a hub id. */
export async function resolveTokenizerPlace(place: string): Promise<string> {
  return existsSync(place) ? place : resolveModelFolder(place, { weights: false });
}
