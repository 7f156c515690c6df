/** Which training a checkpoint belongs to: everything that its result depends on, by content. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { sha256, sha256File } from "../sha256.js";
import type { TrainingJob } from "./engine.js";

export function trainingFingerprint(job: TrainingJob): string {
  const { checkpoint_every: _, ...options } = job.options;
  const model = readdirSync(job.model)
    .filter((name) => name === "config.json" || name.endsWith(".safetensors"))
    .sort()
    .map((name) => [name, sha256File(path.join(job.model, name))]);
  // A block index holds the digest of its token file, which may be too large to be read just for this.
  const data = job.data.sets.map(({ file, weight }) => [sha256File(file), weight]);
  const held = job.validation && [sha256File(job.validation.file), job.validation.characters];
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify({ version: 3, model, data, held, rows: job.rows, options: sorted }));
}
