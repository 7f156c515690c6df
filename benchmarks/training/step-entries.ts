/** Time and peak memory of a training step beside PyTorch's. */
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { alternate, compare, type Side } from "./alternate.js";
import { trainOurs } from "./ours.js";
import { missingPeer } from "./peer.js";
import { adamw, describeShape, medium } from "./shapes.js";
import type { Workplace } from "./workplace.js";

export const stepLimits = { f32: 1.1, bf16: 0.65, memory: 0.55 };

export async function trainingStep(work: Workplace): Promise<BenchmarkEntry[]> {
  const { runs, steps, threads } = work;
  const peer = await work.peer();
  const ours = (precision: "f32" | "bf16") => ({
    name: `lep ${precision}`,
    run: () => trainOurs(work, { shape: medium, options: { precision }, steps }),
  });
  const sides: Record<string, Side> = { f32: ours("f32"), bf16: ours("bf16") };
  if (peer !== null) sides.peer = { name: peer.name, run: () => peer.run(medium, steps, { threads }) };
  const outcomes = await alternate(sides, runs);
  const note = [
    describeShape(medium),
    `AdamW at ${adamw.learning_rate}, ${threads} threads, ${steps} timed steps a run`,
    peer === null ? missingPeer : "PyTorch computes in f32",
  ].join("; ");
  const theirs = outcomes.peer ?? null;
  const entries = (["f32", "bf16"] as const).map((precision) =>
    compare(outcomes[precision]!, theirs, {
      ...{ name: `training step, ${precision}`, limit: stepLimits[precision], note },
      peer: peer?.name ?? null,
    }),
  );
  const { ours_peak_mb, peer_peak_mb, peer: name } = entries[1]!;
  return [
    ...entries,
    entry({
      ...{ name: "training step, bf16, peak memory", ours_peak_mb, peer: name, peer_peak_mb, runs, note },
      value: ours_peak_mb !== null && peer_peak_mb !== null ? ours_peak_mb / peer_peak_mb : null,
      ...{ unit: "of the peer's peak memory", limit: stepLimits.memory },
    }),
  ];
}
