/**
 * A file too large for memory, written piece by piece beside its place. It appears under its name,
 * replacing an older one, when it is finished, and a failure leaves nothing.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { besides, removeLeftovers } from "./atomic-output.js";
import { makeFolder } from "./make-folder.js";
import { writing } from "./write-fault.js";

export interface StreamedOutput {
  /** Behind what was written so far; `data` may be changed afterwards. */
  write(data: Uint8Array): void;
  /** In place of zeros that were written before: a head is known only in the end. */
  overwrite(data: Uint8Array, at: number): void;
  /** Brings all to the disk; returns where it lies until `finish`. */
  complete(): string;
  /** Makes the file appear under its name. */
  finish(): void;
  /** Leaves nothing behind; the file is not written any further. */
  discard(): void;
}

/** Small pieces are collected, so that they do not cost a system call each. */
const collected = 1 << 20;

/** Throws `LepError` (`output.write_failed`), as every method does. */
export function createStreamedOutput(file: string): StreamedOutput {
  const partial = besides(file);
  const handle = writing(file, () => {
    makeFolder(path.dirname(path.resolve(file)));
    removeLeftovers(file);
    return openSync(partial, "w");
  });
  const pending = Buffer.alloc(collected);
  let filled = 0;
  let written = 0;
  let open = true;
  const put = (data: Uint8Array, at: number): void =>
    writing(file, () => {
      for (let done = 0; done < data.length; ) {
        done += writeSync(handle, data, done, data.length - done, at + done);
      }
    });
  const flush = (): void => {
    put(pending.subarray(0, filled), written);
    written += filled;
    filled = 0;
  };
  const complete = (): string => {
    flush();
    writing(file, () => {
      fsyncSync(handle);
      open = false;
      closeSync(handle);
    });
    return partial;
  };
  return {
    complete,
    write(data) {
      if (filled + data.length > collected) flush();
      if (data.length > collected) {
        put(data, written);
        written += data.length;
      } else {
        pending.set(data, filled);
        filled += data.length;
      }
    },
    overwrite(data, at) {
      flush();
      put(data, at);
    },
    finish() {
      if (open) complete();
      writing(file, () => renameSync(partial, file));
    },
    discard() {
      if (open) closeSync(handle);
      open = false;
      rmSync(partial, { force: true });
    },
  };
}

/**
 * The whole file or none of it: a failure of `fill`, or of `check` on the file before it gets its name, leaves nothing. Returns what
 * `fill` does.
 */
export async function streamOutput<T>(
  file: string,
  fill: (output: Pick<StreamedOutput, "write" | "overwrite">) => T | Promise<T>,
  check?: (partial: string) => Promise<void>,
): Promise<T> {
  const output = createStreamedOutput(file);
  try {
    const result = await fill(output);
    if (check !== undefined) await check(output.complete());
    output.finish();
    return result;
  } catch (error) {
    output.discard();
    throw error;
  }
}
