import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isAlive } from "../atomic-output.js";
import { RecipeError } from "../errors.js";
import { makeFolder } from "../make-folder.js";

/**
 * One run of a recipe at a time: a lock file with the process id. The lock of a process that is gone
 * is taken over. Returns what gives it back. Throws `RecipeError` `run.locked` or `run.unwritable`.
 */
export function lockRun(folder: string): () => void {
  const file = path.join(folder, ".lock");
  const own = `${file}.${process.pid}`;
  try {
    makeFolder(folder);
    writeFileSync(own, String(process.pid));
  } catch (cause) {
    throw unwritable(folder, cause);
  }
  try {
    // A link appears with its content, so that nobody finds an empty lock.
    for (let attempt = 0; ; attempt++) {
      if (link(own, file)) return () => unlock(file);
      const holder = readHolder(file);
      if (holder !== undefined && (attempt > 3 || (holder !== process.pid && isAlive(holder)))) {
        throw new RecipeError("run.locked", `${folder}: another lep (process ${holder}) works here`, {
          hint: `Wait for it, or name another output (of a recipe: --set name=other). If no lep runs, remove ${file}.`,
          exitCode: 1,
        });
      }
      takeAway(file, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function link(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw unwritable(path.dirname(file), cause);
  }
}

/** Removes the lock of a process that is gone; put back where it turns out to be another's. */
function takeAway(file: string, holder: number | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readHolder(aside) !== holder) link(aside, file);
  rmSync(aside, { force: true });
}

function unlock(file: string): void {
  if (readHolder(file) === process.pid) rmSync(file, { force: true });
}

function unwritable(folder: string, cause: unknown): RecipeError {
  return new RecipeError("run.unwritable", `${folder}: cannot be written (${(cause as Error).message})`, {
    cause,
    exitCode: 1,
    hint: "Choose another place: --out, or --runs-dir of a run.",
  });
}

function readHolder(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}
