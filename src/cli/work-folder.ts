/** Where a command that trains keeps what lets it continue after a kill: beside its output, for one process at a time. */
import { rmSync } from "node:fs";
import path from "node:path";
import { lockRun } from "../pipeline/run-lock.js";

/** `work` gets the folder, which goes when it is done and stays when it fails. Throws `RecipeError` where another lep is at it. */
export async function withWorkFolder<T>(out: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = path.join(path.dirname(out), `.${path.basename(out)}.work`);
  const lock = `${folder}.lock`;
  const unlock = lockRun(lock);
  try {
    const result = await work(folder);
    rmSync(folder, { recursive: true, force: true });
    return result;
  } finally {
    unlock();
    rmSync(lock, { recursive: true, force: true });
  }
}
