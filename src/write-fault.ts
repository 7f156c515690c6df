/** A failed write, which the operating system describes without saying what was being written. */
import { LepError } from "./errors.js";

const hints: Record<string, string> = {
  ENOSPC: "The disk is full: free some space and run it again.",
  EDQUOT: "The disk quota is used up: free some space and run it again.",
  EFBIG: "The file is larger than the file system or a limit (ulimit -f) lets it be.",
  EACCES: "There is no permission to write there.",
  EROFS: "The file system is read-only.",
  ENOTDIR: "A part of the path is a file where a folder is needed.",
};

/** What the operating system said about writing `place`, as a `LepError` that names it; other errors as they are. */
export function writeFault(place: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof LepError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const hint = hints[code];
  return new LepError("output.write_failed", `${place}: cannot be written: ${(error as Error).message}`, {
    cause: error,
    exitCode: 1,
    ...(hint !== undefined && { hint }),
  });
}

/** `write`, its faults named after `place`. */
export function writing<T>(place: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw writeFault(place, error);
  }
}
