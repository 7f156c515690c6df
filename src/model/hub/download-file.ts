/**
 * One file of the hub into the cache. What has arrived stays in `blobs/<checksum>.incomplete` and is continued by the
 * next try, of this process or another; the file gets its name when its checksum is the one that the hub names.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import { fileDownloadInfo, HubApiError } from "@huggingface/hub";
import type { LepError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import { writing } from "../../write-fault.js";
import type { HubAccess } from "./hub-access.js";
import { repositoryFolder, snapshotFolder } from "./hub-cache.js";
import { hubFault } from "./hub-fault.js";
import type { HubId } from "./hub-id.js";
import { adoptPartial, append, type PartialFile, readPartial, startAgain } from "./partial-file.js";
import { type Connection, fetchOver, type Patience, withRetries } from "./with-retries.js";

export interface HubFile {
  path: string;
  /** Bytes. */
  size: number;
  /** Hex: SHA-256 of the content (64 digits) of large files, git's SHA-1 of the blob (40 digits) of the others. */
  checksum: string;
}

export interface DownloadOptions extends Patience {
  /** Bytes of the file that are there. */
  onBytes?: (done: number) => void;
}

/**
 * Makes sure that `file` lies in the snapshot of `commit`. Throws `HubApiError` where the hub refuses, `hubFault`
 * (`checksum`, exit code 1) where what came is not the file, `LepError` where it cannot be written, and what
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
  if (writing(pointer, () => hasSize(pointer, file.size))) return options.onBytes?.(file.size);
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
    // Asked for anew each time: the address that the hub leads to holds for an hour or so.
    const request = async (connection: Connection): Promise<void> => {
      const url = await addressOf(id, commit, file, access, connection);
      await receive(id, url, partial, file, access, connection, options);
    };
    if (partial.at < file.size) await withRetries(request, options, () => partial.at);
    if (partial.hash.digest("hex") !== file.checksum) {
      rmSync(own, { force: true });
      throw hubFault(
        id,
        "checksum",
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

async function addressOf(
  id: HubId,
  commit: string,
  file: HubFile,
  access: HubAccess,
  connection: Connection,
): Promise<string> {
  const info = await fileDownloadInfo({
    repo: { type: id.type, name: id.name },
    revision: commit,
    // It is put into the address as it is.
    path: file.path.split("/").map(encodeURIComponent).join("/"),
    ...access,
    fetch: fetchOver(connection),
  });
  if (info !== null) return info.url;
  const message = `${id.name}: the hub lists ${file.path}, but has no such file`;
  throw hubFault(id, "download_failed", message, { exitCode: 1 });
}

async function receive(
  id: HubId,
  url: string,
  partial: PartialFile,
  file: HubFile,
  { hubUrl, accessToken }: HubAccess,
  connection: Connection,
  { onBytes }: DownloadOptions,
): Promise<void> {
  // The hub may name an address on another host, which is signed and has no business with the token.
  const isHub = new URL(url).origin === new URL(hubUrl).origin;
  const response = await fetch(url, {
    headers: {
      range: `bytes=${partial.at}-`,
      // Compressed on the way, a range would be one of other bytes.
      "accept-encoding": "identity",
      // Left out by fetch where the hub sends it to another host.
      ...(isHub && accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    signal: connection.signal,
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
    connection.alive();
    if (partial.at + chunk.length > file.size) throw tooLong(id, file, partial);
    writing(`${id.name}: ${file.path}`, () => append(partial, chunk));
    onBytes?.(partial.at);
  }
  if (partial.at < file.size) throw new Error(`${file.path}: broken off after ${partial.at} of ${file.size} bytes`);
}

function tooLong(id: HubId, file: HubFile, partial: PartialFile): LepError {
  startAgain(partial, file);
  return hubFault(id, "checksum", `${id.name}: ${file.path}: more than its ${file.size} bytes came`, {
    exitCode: 1,
    hint: "It was thrown away; run it again. A proxy or mirror (HF_ENDPOINT) may be damaging files.",
  });
}
