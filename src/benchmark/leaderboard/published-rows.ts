/** Published results beside ours: figures retyped from papers, in `data/published/`, each with its source. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { BenchmarkError } from "../../errors.js";
import { packageRoot } from "../../package-root.js";
import { groupDatasets } from "../groups.js";
import type { Group } from "../task.js";
import type { LeaderboardRow } from "./board.js";

const groups = Object.keys(groupDatasets) as [Group, ...Group[]];
const figure = z.number().min(0).max(1);
const publishedSchema = z.object({
  source: z.object({ title: z.string(), url: z.string() }),
  rows: z.array(
    z.object({
      table: z.number().int(),
      model: z.string(),
      vocabulary: z.string().optional(),
      propagation: z.string().optional(),
      calibration: z.string().optional(),
      symbols_per_token: z.number().positive().optional(),
      micro: figure,
      groups: z.record(z.enum(groups), figure.nullable()),
    }),
  ),
});

export type PublishedResults = z.infer<typeof publishedSchema>;

/** Throws `BenchmarkError` where the file is not what it should be. */
export function readPublished(
  file = path.join(packageRoot(), "data", "published", "lep-paper.json"),
): PublishedResults {
  try {
    return publishedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new BenchmarkError("benchmark.published", `${file}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The micro average that group means stand for: the mean over data sets, so that a group weighs as many as it has
 * (3 : 8 : 2 : 2 : 2). Null where a group is not known.
 */
export function microOfGroups(means: Readonly<Record<Group, number | null>>): number | null {
  let sum = 0;
  let datasets = 0;
  for (const group of groups) {
    const mean = means[group];
    if (mean === null) return null;
    sum += mean * groupDatasets[group].length;
    datasets += groupDatasets[group].length;
  }
  return sum / datasets;
}

export function publishedRows({ source, rows }: PublishedResults = readPublished()): LeaderboardRow[] {
  return rows.map((row): LeaderboardRow => {
    const { vocabulary, propagation, calibration } = row;
    const parts = [
      row.model,
      vocabulary === "Original" ? "original vocabulary" : vocabulary,
      propagation,
      calibration === "none" ? "not calibrated" : calibration,
    ];
    const name = parts.filter((part) => part !== undefined).join(", ");
    return {
      model: `${name} (published, table ${row.table})`,
      name,
      micro: row.micro,
      micro_partial: row.micro,
      datasets: groups.reduce((sum, group) => sum + groupDatasets[group].length, 0),
      groups: row.groups,
      spread: null,
      group_spreads: Object.fromEntries(groups.map((group) => [group, null])) as Record<Group, null>,
      failures: 0,
      overlap: null,
      measures: row.symbols_per_token === undefined ? {} : { symbols_per_token: row.symbols_per_token },
      measured_on: {},
      model_sha256: null,
      tokenizer_sha256: null,
      settings: {},
      tasks: {},
      published: true,
      source: `${source.title}, ${source.url}, table ${row.table}`,
    };
  });
}
