import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import type { Run, Side } from "./sides.js";

export interface Comparison {
  name: string;
  ours: Side;
  /** Or the reason why there is none. */
  peer: Side | string;
  limit: number;
  note: string;
}

/** Ours and the peer's in turns, `runs` times each; medians. A side that fails is left out, and the note says why. */
export async function compare({ name, ours, peer, limit, note }: Comparison, runs: number): Promise<BenchmarkEntry> {
  const notes = [note];
  const done = new Map<Side, Run[]>([[ours, []]]);
  if (typeof peer === "string") notes.push(peer);
  else done.set(peer, []);
  // A peer alone is measured once: there is nothing to compare it with.
  for (let i = 1; i <= (done.has(ours) ? runs : 1); i++) {
    for (const [side, before] of done) {
      try {
        const run = await side.run();
        before.push(run);
        const peak = run.peak_mb === null ? "?" : Math.round(run.peak_mb);
        process.stderr.write(`${name}, run ${i} of ${runs}, ${side.name}: ${run.seconds.toFixed(2)} s, ${peak} MB\n`);
      } catch (cause) {
        const fault = `${side.name}: ${(cause as Error).message}`;
        process.stderr.write(`${name}: ${fault}\n`);
        notes.push(fault);
        done.delete(side);
      }
    }
  }
  const mine = done.get(ours);
  const theirs = typeof peer === "string" ? undefined : done.get(peer);
  const ours_s = medianOf(mine, "seconds");
  const peer_s = medianOf(theirs, "seconds");
  return entry({
    ...{ name, ours_s, peer_s, limit, runs },
    peer: typeof peer === "string" ? null : peer.name,
    ratio: ours_s !== null && peer_s !== null ? ours_s / peer_s : null,
    ours_peak_mb: medianOf(mine, "peak_mb"),
    peer_peak_mb: medianOf(theirs, "peak_mb"),
    note: notes.join("; "),
  });
}

function medianOf(runs: Run[] | undefined, figure: keyof Run): number | null {
  return median((runs ?? []).flatMap((run) => run[figure] ?? []));
}
