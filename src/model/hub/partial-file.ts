/** The part of a file of the hub that has arrived, in the cache beside the place of the whole, and its checksum so far. */
import { createHash, type Hash } from "node:crypto";
import { ftruncateSync, readdirSync, readSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { isAlive } from "../../atomic-output.js";
import type { HubFile } from "./download-file.js";

export interface PartialFile {
  handle: number;
  at: number;
  hash: Hash;
}

/** Takes over what others left of the same file: no process that is alive has it. */
export function adoptPartial(blob: string, own: string): void {
  const start = path.basename(blob);
  const left = readdirSync(path.dirname(blob)).filter((name) => {
    const [, pid] = (name.startsWith(start) && /^(?:\.(\d+))?\.incomplete$/.exec(name.slice(start.length))) || [];
    return name === `${start}.incomplete` || (pid !== undefined && !isAlive(Number(pid)));
  });
  const places = left.map((name) => path.join(path.dirname(blob), name));
  const bytes = (place: string): number => statSync(place, { throwIfNoEntry: false })?.size ?? -1;
  const [largest, ...others] = places.sort((a, b) => bytes(b) - bytes(a));
  for (const place of others) rmSync(place, { force: true });
  if (largest === undefined) return;
  try {
    renameSync(largest, own);
  } catch (error) {
    // Another process was faster; it goes on with that one, and this one begins its own.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

const pieceBytes = 1 << 20;

/** What is there already, in the hash. */
export function readPartial(handle: number, file: HubFile): PartialFile {
  const partial: PartialFile = { handle, at: 0, hash: freshHash(file) };
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (;;) {
    const bytes = readSync(handle, piece, 0, piece.length, partial.at);
    if (bytes === 0) return partial;
    partial.hash.update(piece.subarray(0, bytes));
    partial.at += bytes;
    if (partial.at > file.size) return startAgain(partial, file);
  }
}

export function startAgain(partial: PartialFile, file: HubFile): PartialFile {
  ftruncateSync(partial.handle);
  return Object.assign(partial, { at: 0, hash: freshHash(file) });
}

/** Git hashes a blob with its length in front. */
const freshHash = ({ checksum, size }: HubFile): Hash =>
  checksum.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);

export function append(partial: PartialFile, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(partial.handle, chunk, done);
  partial.hash.update(chunk);
  partial.at += chunk.length;
}
