import { microOfGroups, readPublished } from "../../src/benchmark/leaderboard/published-rows.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";

/** How far the micro average of the group means is from the published one, over every complete row of the paper's tables; to reach: 0.0008. */
export async function publishedEntries(): Promise<BenchmarkEntry[]> {
  const rows = readPublished().rows;
  const distances = rows.flatMap(({ groups, micro }) => {
    const ours = microOfGroups(groups);
    return ours === null ? [] : [Math.abs(ours - micro)];
  });
  const note = `to reach: 0.0008; ${distances.length} complete rows of ${rows.length}`;
  return [
    entry({
      name: "micro average of published rows, largest difference",
      value: Math.max(...distances),
      unit: "score",
      note,
    }),
  ];
}
