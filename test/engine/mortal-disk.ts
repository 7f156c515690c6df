/**
 * A disk that, for this process, ends at the n-th change of a file, in the middle of what is written there: from
 * then on every change fails, those of tidying up too. What lies on the disk is what a SIGKILL at that place leaves.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

export class Killed extends Error {}

const { renameSync, rmSync, appendFileSync, writeSync: writeBytes } = fs;
const real = { renameSync, rmSync, appendFileSync, writeSync: writeBytes };

/** Runs `work`; the change numbered `dieAt` (from 1; 0: none) is the last. Returns how many there were, and whether it died. */
export async function onMortalDisk(
  dieAt: number,
  work: () => Promise<unknown>,
): Promise<{ changes: number; died: boolean }> {
  let changes = 0;
  const dies = (): boolean => {
    if (dieAt > 0 && changes >= dieAt) throw new Killed();
    return ++changes === dieAt;
  };
  const end = (): never => {
    throw new Killed();
  };
  fs.renameSync = (from, to) => (dies() ? end() : real.renameSync(from, to));
  fs.rmSync = (place, options) => (dies() ? end() : real.rmSync(place, options));
  fs.appendFileSync = (file, data) => {
    if (!dies()) return real.appendFileSync(file, data);
    real.appendFileSync(file, String(data).slice(0, String(data).length >> 1));
    end();
  };
  const writeSync = (handle: number, data: Uint8Array, ...rest: number[]): number => {
    if (!dies()) return real.writeSync(handle, data, ...rest);
    real.writeSync(handle, data.subarray(0, data.length >> 1));
    return end();
  };
  fs.writeSync = writeSync as typeof fs.writeSync;
  syncBuiltinESMExports();
  try {
    await work();
    return { changes, died: false };
  } catch (error) {
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      if (at instanceof Killed) return { changes, died: true };
    throw error;
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
}
