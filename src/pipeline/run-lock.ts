import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { isAlive } from "../atomic-output.js";
import { RecipeError } from "../errors.js";

/**
 * One run of a recipe at a time: a lock file with the process id. The lock of a process that is gone
 * is taken over. Returns what gives it back. Throws `RecipeError` `run.locked` or `run.unwritable`.
 */
export function lockRun(folder: string): () => void {
  const file = path.join(folder, ".lock");
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw unwritable(folder, cause);
  }
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, "wx");
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(folder, cause);
    }
    const holder = readHolder(file);
    if (attempt > 3 || (holder !== undefined && holder !== process.pid && isAlive(holder))) {
      throw new RecipeError("run.locked", `${folder}: another lep (process ${holder ?? "unknown"}) works on this run`, {
        hint: "Wait for it, or give the run another name: --set name=other.",
        exitCode: 1,
      });
    }
    rmSync(file, { force: true });
  }
}

function unwritable(folder: string, cause: unknown): RecipeError {
  return new RecipeError("run.unwritable", `${folder}: cannot be written (${(cause as Error).message})`, {
    cause,
    exitCode: 1,
    hint: "Choose another place with --runs-dir.",
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
