/**
 * Speed of a training step (forward, backward, AdamW) beside PyTorch's, on the CPU: the sides take turns,
 * each run in a process of its own, and medians over the runs are compared.
 *
 * Options: `--runs N` (of each side, default 5), `--steps N` (timed in a run after one to warm up, default
 * 4), `--threads N` (default 2).
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { prepare } from "./ours.js";
import { findPeer } from "./peer.js";
import { adamw, batch, model, type Run } from "./shape.js";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    steps: { type: "string", default: "4" },
    threads: { type: "string", default: "2" },
  },
});
const [runs, steps, threads] = [options.runs, options.steps, options.threads].map((text) => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`${text} is not a whole number above 0`);
}) as [number, number, number];

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-bench-training-"));
try {
  printEntries(await measure());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<BenchmarkEntry[]> {
  const ours = prepare(folder);
  const peer = await findPeer();
  const sides = {
    f32: { name: "lep f32", run: () => ours.run("f32", steps, threads), done: [] as Run[] },
    ...(peer !== null && { peer: { name: peer.name, run: () => peer.run(steps, threads), done: [] as Run[] } }),
    bf16: { name: "lep bf16", run: () => ours.run("bf16", steps, threads), done: [] as Run[] },
  };
  for (let i = 1; i <= runs; i++) {
    for (const side of Object.values(sides)) {
      const run = await side.run();
      side.done.push(run);
      const times = run.seconds.map((seconds) => seconds.toFixed(3)).join(" ");
      process.stderr.write(`run ${i} of ${runs}, ${side.name}: ${times} s, ${Math.round(run.peak_mb)} MB\n`);
    }
  }
  return (["f32", "bf16"] as const).map((precision) =>
    compare(`training step, ${precision}`, sides[precision].done, peer?.name ?? null, sides.peer?.done ?? null, {
      limit: precision === "f32" ? 1.1 : null,
      note: [describe(), peer === null ? "PyTorch is not installed" : "PyTorch computes in f32"].join("; "),
    }),
  );
}

function compare(
  name: string,
  ours: Run[],
  peer: string | null,
  theirs: Run[] | null,
  rest: Pick<BenchmarkEntry, "limit" | "note">,
): BenchmarkEntry {
  const ours_s = medianStep(ours);
  const peer_s = theirs && medianStep(theirs);
  return entry({
    ...{ name, ours_s, peer, peer_s, runs, ...rest },
    ratio: peer_s && ours_s / peer_s,
    ours_peak_mb: median(ours.map((run) => run.peak_mb)),
    peer_peak_mb: theirs && median(theirs.map((run) => run.peak_mb)),
  });
}

/** Median over the runs of each run's median step. */
function medianStep(done: Run[]): number {
  return median(done.map((run) => median(run.seconds)));
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function describe(): string {
  const { hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads, intermediate_size } = model;
  const heads = `${num_attention_heads}/${num_key_value_heads}`;
  return [
    `${hidden_size} dimensions, ${num_hidden_layers} blocks, ${heads} heads, feed-forward ${intermediate_size}`,
    `vocabulary ${model.vocab_size}, ${batch.blocks} × ${batch.length} tokens`,
    `embeddings only, AdamW at ${adamw.learning_rate}, ${threads} threads, ${steps} timed steps a run`,
  ].join(", ");
}
