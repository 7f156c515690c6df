import { readSync } from "node:fs";

/** Fills `into` with the bytes from `position` on; returns how many there were, fewer only where the file ends. */
export function readFully(handle: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const count = readSync(handle, into, done, into.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
