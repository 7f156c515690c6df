/**
 * One file of the hub into the cache. What has arrived stays in `blobs/<checksum>.incomplete` and is continued by the
 * next try, of this process or another; the file gets its name when its checksum is the one that the hub names.
 */
import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileDownloadInfo, HubApiError } from "@huggingface/hub";
import { isAlive } from "../../atomic-output.js";
import { CheckpointError, LepError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import { writing } from "../../write-fault.js";
import type { HubAccess } from "./hub-access.js";
import { repositoryFolder, snapshotFolder } from "./hub-cache.js";
import type { HubId } from "./hub-id.js";

export interface HubFile {
  path: string;
  /** Bytes. */
  size: number;
  /** Hex: SHA-256 of the content (64 digits) of large files, git's SHA-1 of the blob (40 digits) of the others. */
  checksum: string;
}

export interface DownloadOptions {
  /** How often in a row a connection may bring nothing, and the pause after the first time, milliseconds. */
  retries: number;
  pauseMs: number;
  /** Bytes of the file that are there. */
  onBytes?: (done: number) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Makes sure that `file` lies in the snapshot of `commit`. Throws `HubApiError` where the hub refuses, `CheckpointError`
 * (`checkpoint.checksum`, exit code 1) where what came is not the file, `LepError` where it cannot be written, and what
 * `fetch` throws where the network fails.
 */
export async function downloadFile(
  id: HubId,
  commit: string,
  file: HubFile,
  access: HubAccess,
  options: DownloadOptions,
): Promise<void> {
  const pointer = path.join(snapshotFolder(id, commit), file.path);
  if (hasSize(pointer, file.size)) return options.onBytes?.(file.size);
  const blob = path.join(repositoryFolder(id), "blobs", file.checksum);
  if (!hasSize(blob, file.size)) {
    const work = running.get(blob) ?? downloadBlob(id, commit, file, blob, access, options);
    running.set(blob, work);
    await work.finally(() => running.delete(blob));
  }
  writing(pointer, () => link(blob, pointer));
}

/** By blob: two downloads of one file in this process would write into the same partial file. */
const running = new Map<string, Promise<void>>();

const hasSize = (place: string, bytes: number): boolean => statSync(place, { throwIfNoEntry: false })?.size === bytes;

function link(blob: string, pointer: string): void {
  makeFolder(path.dirname(pointer));
  rmSync(pointer, { force: true });
  try {
    symlinkSync(path.relative(path.dirname(pointer), blob), pointer);
  } catch {
    // Windows without the right to make links.
    copyFileSync(blob, pointer);
  }
}

interface Partial {
  handle: number;
  at: number;
  hash: Hash;
}

async function downloadBlob(
  id: HubId,
  commit: string,
  file: HubFile,
  blob: string,
  access: HubAccess,
  options: DownloadOptions,
): Promise<void> {
  const own = `${blob}.${process.pid}.incomplete`;
  const handle = writing(blob, () => {
    makeFolder(path.dirname(blob));
    adoptPartial(blob, own);
    return openSync(own, "a+");
  });
  try {
    const partial = readPartial(handle, file);
    if (partial.at < file.size) {
      const url = await addressOf(id, commit, file, access);
      await receiveAll(url, partial, file, `${id.name}: ${file.path}`, access, options);
    }
    if (partial.hash.digest("hex") !== file.checksum) {
      rmSync(own, { force: true });
      throw new CheckpointError(
        "checkpoint.checksum",
        `${id.name}: ${file.path}: what was downloaded is not the file: its checksum is not ${file.checksum}`,
        {
          exitCode: 1,
          hint: "It was thrown away; run it again. A proxy or mirror (HF_ENDPOINT) may be damaging files.",
        },
      );
    }
    writing(blob, () => {
      fsyncSync(handle);
      renameSync(own, blob);
    });
  } finally {
    closeSync(handle);
    // For the next try, of whatever process.
    if (existsSync(own)) renameSync(own, `${blob}.incomplete`);
  }
}

/** Takes over what others left of the same file: no process that is alive has it. */
function adoptPartial(blob: string, own: string): void {
  const start = path.basename(blob);
  const left = readdirSync(path.dirname(blob)).filter((name) => {
    const [, pid] = (name.startsWith(start) && /^(?:\.(\d+))?\.incomplete$/.exec(name.slice(start.length))) || [];
    return name === `${start}.incomplete` || (pid !== undefined && !isAlive(Number(pid)));
  });
  const places = left.map((name) => path.join(path.dirname(blob), name));
  places.sort((a, b) => statSync(b).size - statSync(a).size);
  const [largest, ...others] = places;
  for (const place of others) rmSync(place, { force: true });
  if (largest !== undefined) renameSync(largest, own);
}

const pieceBytes = 1 << 20;

/** What is there already, in the hash. */
function readPartial(handle: number, file: HubFile): Partial {
  const partial: Partial = { handle, at: 0, hash: freshHash(file) };
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (;;) {
    const bytes = readSync(handle, piece, 0, piece.length, partial.at);
    if (bytes === 0) return partial;
    partial.hash.update(piece.subarray(0, bytes));
    partial.at += bytes;
    if (partial.at > file.size) return startAgain(partial, file);
  }
}

function startAgain(partial: Partial, file: HubFile): Partial {
  ftruncateSync(partial.handle);
  return Object.assign(partial, { at: 0, hash: freshHash(file) });
}

/** Git hashes a blob with its length in front. */
const freshHash = ({ checksum, size }: HubFile): Hash =>
  checksum.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);

async function addressOf(id: HubId, commit: string, file: HubFile, access: HubAccess): Promise<string> {
  const info = await fileDownloadInfo({
    repo: { type: "model", name: id.name },
    revision: commit,
    path: file.path,
    ...access,
  });
  if (info !== null) return info.url;
  throw new CheckpointError(
    "checkpoint.download_failed",
    `${id.name}: the hub lists ${file.path}, but has no such file`,
  );
}

/** Connection after connection until all bytes are there; one that brought something gives the next its full patience. */
async function receiveAll(
  url: string,
  partial: Partial,
  file: HubFile,
  /** What messages call it. */
  shown: string,
  access: HubAccess,
  options: DownloadOptions,
): Promise<void> {
  for (let failures = 0; partial.at < file.size; ) {
    const before = partial.at;
    try {
      await receive(url, partial, file, shown, access, options);
    } catch (error) {
      if (options.signal?.aborted || !mayPass(error)) throw error;
      failures = partial.at > before ? 1 : failures + 1;
      if (failures > options.retries) throw error;
      await pause(options.pauseMs * failures, undefined, { signal: options.signal });
    }
  }
}

const mayPass = (error: unknown): boolean =>
  error instanceof HubApiError ? error.statusCode === 429 || error.statusCode >= 500 : !(error instanceof LepError);

async function receive(
  url: string,
  partial: Partial,
  file: HubFile,
  shown: string,
  { accessToken }: HubAccess,
  { onBytes, signal }: DownloadOptions,
): Promise<void> {
  const response = await fetch(url, {
    headers: {
      range: `bytes=${partial.at}-`,
      // Compressed on the way, a range would be one of other bytes.
      "accept-encoding": "identity",
      // Left out by fetch where the hub sends it to another host.
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    ...(signal !== undefined && { signal }),
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new HubApiError(response.url, response.status, undefined, `${file.path}: status ${response.status}`);
  }
  const [, first] = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "") ?? [];
  const start = response.status === 206 ? Number(first) : 0;
  if (start !== partial.at) startAgain(partial, file);
  if (start !== 0 && start !== partial.at) throw new Error(`${file.path}: other bytes came than were asked for`);
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    if (partial.at + chunk.length > file.size) throw tooLong(file, shown, partial);
    writing(shown, () => append(partial, chunk));
    onBytes?.(partial.at);
  }
  if (partial.at < file.size) throw new Error(`${file.path}: broken off after ${partial.at} of ${file.size} bytes`);
}

function append(partial: Partial, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(partial.handle, chunk, done);
  partial.hash.update(chunk);
  partial.at += chunk.length;
}

function tooLong(file: HubFile, shown: string, partial: Partial): CheckpointError {
  startAgain(partial, file);
  return new CheckpointError("checkpoint.checksum", `${shown}: more than its ${file.size} bytes came`, {
    exitCode: 1,
    hint: "It was thrown away; run it again. A proxy or mirror (HF_ENDPOINT) may be damaging files.",
  });
}
