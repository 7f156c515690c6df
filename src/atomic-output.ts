/**
 * Nothing half-written: a file or a folder is made beside its place under a name that says so, and
 * renamed when whole.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { LepError } from "./errors.js";
import { makeFolder } from "./make-folder.js";
import { removeIfThere } from "./remove-if-there.js";
import { writeFault } from "./write-fault.js";

/** Where `target` is made until it is whole. */
export const besides = (target: string): string =>
  path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.partial`);

/** Removes what a killed process left of the same target; what it had set aside and not replaced comes back. */
export function removeLeftovers(target: string): void {
  const folder = path.dirname(target);
  const start = `.${path.basename(target)}.`;
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [, pid, old] = (name.startsWith(start) && /^(\d+)\.partial(\.old)?$/.exec(name.slice(start.length))) || [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const leftover = path.join(folder, name);
    if (old !== undefined && !existsSync(target)) renameSync(leftover, target);
    else rmSync(leftover, { recursive: true, force: true });
  }
}

/** Whether a process of this number is there, another user's too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Writes `data` to `file`, replacing what was there only when the new content is whole on disk. */
export function writeFileAtomic(file: string, data: string | Uint8Array): void {
  const partial = besides(file);
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  try {
    makeFolder(path.dirname(file));
    removeLeftovers(file);
    const handle = openSync(partial, "w");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(partial, file);
  } catch (error) {
    removeIfThere(partial);
    throw writeFault(file, error);
  }
}

/** Throws `LepError` where `folder` could not be replaced without taking away the folder that the process works in. */
export function refuseWorkingFolder(folder: string): void {
  const inside = path.relative(path.resolve(folder), process.cwd());
  if (inside.startsWith("..") || path.isAbsolute(inside)) return;
  throw new LepError(
    "output.working_folder",
    `${JSON.stringify(folder)}: the current folder or one above it cannot be an output`,
    { hint: "An output folder is replaced as a whole: name one of its own." },
  );
}

/** Whether replacing `folder` would take `input` away: links followed, it is that folder or lies in it. */
export function takesAway(folder: string, input: string): boolean {
  const real = (place: string): string => (existsSync(place) ? realpathSync(place) : path.resolve(place));
  const inside = path.relative(real(folder), real(input));
  return inside !== ".." && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}

/** Lets `fill` write into a fresh folder beside `folder` and renames it into place; on any failure nothing is left. */
export async function writeFolderAtomic<T>(folder: string, fill: (partial: string) => T | Promise<T>): Promise<T> {
  refuseWorkingFolder(folder);
  const partial = besides(folder);
  try {
    makeFolder(path.dirname(folder));
    removeLeftovers(folder);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    const result = await fill(partial);
    replaceFolder(partial, folder);
    return result;
  } catch (error) {
    removeIfThere(partial);
    throw writeFault(folder, error);
  }
}

/** Moves the finished folder `from` to `to`, setting an older `to` aside first so that there is never a mixture. */
export function replaceFolder(from: string, to: string): void {
  removeLeftovers(to);
  const old = `${besides(to)}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}
