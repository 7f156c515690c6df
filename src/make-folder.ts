import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

/**
 * Makes `folder` with all that is missing above it, and returns the first folder that was made. Node's own recursive
 * mkdir never ends where the file system refuses a folder with ENOENT although its parent is there, as /proc does.
 * Throws the operating system's error.
 */
export function makeFolder(folder: string): string | undefined {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.push(at);
  let first: string | undefined;
  for (const next of missing.reverse()) {
    try {
      mkdirSync(next);
      first ??= next;
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return first;
}
