/** Few-shot items with batches and shared beginnings, beside every question by itself: the same harness on both sides. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { exportGguf } from "../../src/model/gguf/export-gguf.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { packageRoot } from "../../src/package-root.js";
import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { runNode } from "../run-process.js";
import type { TimedAnswer, TimedJob } from "./evaluate-timed.js";
import { itemsOfSubject, subjects, writeFewShotItems } from "./few-shot-items.js";
import type { Work } from "./work.js";

const limit = 0.35;

export async function speedEntries(work: Work): Promise<BenchmarkEntry[]> {
  const { folder, runs, threads } = work;
  const shipped = path.join(packageRoot(), "data", "tiny-instruct");
  const data = path.join(folder, "items");
  writeFewShotItems(data);
  const narrow = path.join(folder, "narrow");
  cpSync(shipped, narrow, { recursive: true });
  // Five examples are more than it was trained for: its answers do not matter here.
  writeFileSync(
    path.join(narrow, "config.json"),
    JSON.stringify({ ...configOf(shipped), max_position_embeddings: 2048 }),
  );
  const wide = path.join(folder, "wide");
  writeWideModel(shipped, wide);
  const entries: BenchmarkEntry[] = [];
  for (const [name, model] of [
    ["tiny-instruct", narrow],
    ["512 wide, 8 layers, random weights", wide],
  ] as const) {
    const file = path.join(folder, `${path.basename(model)}.gguf`);
    await exportGguf({ model, out: file, type: "f16" });
    const job = { model: file, tokenizer: model, data, threads };
    const times: Record<"together" | "alone", number[]> = { together: [], alone: [] };
    const outcomes = new Set<string>();
    for (let run = 0; run < runs; run++) {
      for (const side of ["together", "alone"] as const) {
        const db = path.join(folder, "timed.sqlite");
        for (const ending of ["", "-wal", "-shm"]) rmSync(db + ending, { force: true });
        const { seconds, accuracy, answers } = await timed({ ...job, db, alone: side === "alone" });
        process.stderr.write(`${name}, run ${run + 1} of ${runs}, ${side}: ${seconds.toFixed(2)} s\n`);
        times[side].push(seconds);
        outcomes.add(`${accuracy} ${answers}`);
      }
    }
    const ours = median(times.together)!;
    const peer = median(times.alone)!;
    entries.push(
      entry({
        name: `${subjects} x ${itemsOfSubject} five-shot items, ${name}`,
        ours_s: ours,
        peer: "the same harness, every question by itself",
        peer_s: peer,
        ratio: ours / peer,
        limit,
        value: outcomes.size,
        unit: "different outcomes",
        runs,
        note: `${threads} threads; 1 outcome: every log-probability of every run is the same on both sides`,
      }),
    );
  }
  return entries;
}

/** The shipped model's tokenizer with blocks of a size at which products take the time. */
function writeWideModel(shipped: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json"]) {
    cpSync(path.join(shipped, name), path.join(folder, name));
  }
  const shape = {
    hidden_size: 512,
    intermediate_size: 1536,
    num_hidden_layers: 8,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 64,
    max_position_embeddings: 4096,
  };
  createRandomModel(folder, { ...configOf(shipped), ...shape }, { seed: 8, dtype: "F16" });
}

const configOf = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8")) as Record<string, unknown>;

const timed = (job: TimedJob): Promise<TimedAnswer> =>
  runNode(new URL("./evaluate-timed.js", import.meta.url), job, job.threads);
