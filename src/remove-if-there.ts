import { rmSync } from "node:fs";

/** Clears up after a failure: a fault here (a place that cannot even be looked at) must not hide the first one. */
export function removeIfThere(place: string): void {
  try {
    rmSync(place, { recursive: true, force: true });
  } catch {
    // The first fault is being reported.
  }
}
