import { type Bar, groupedBars } from "../../report/grouped-bars.js";
import { type ScatterPoint, scatterChart } from "../../report/scatter-chart.js";
import { groupDatasets } from "../groups.js";
import type { Leaderboard, LeaderboardRow } from "./board.js";
import { groups } from "./board-columns.js";

/** More bars than a chart can be read with are left to the table; published ones do not crowd ours out. */
const [mostBars, fewestOfOurs] = [20, 14];

/** A chart a group that any row has whole, the best rows first, with their intervals. */
export function groupCharts({ rows }: Leaderboard): string[] {
  return groups.flatMap((group) => {
    const known = rows
      .filter((row) => row.groups[group] !== null)
      .sort((a, b) => b.groups[group]! - a.groups[group]! || (a.model < b.model ? -1 : 1));
    if (known.length === 0) return [];
    const ours = known.filter((row) => !row.published).slice(0, mostBars);
    const theirs = known.filter((row) => row.published).slice(0, mostBars - Math.min(ours.length, fewestOfOurs));
    const kept = new Set([...ours.slice(0, mostBars - theirs.length), ...theirs]);
    const bars = known
      .filter((row) => kept.has(row))
      .map(
        (row): Bar => ({
          name: row.published ? row.name : row.model,
          value: row.groups[group],
          interval: row.group_spreads[group]?.interval ?? null,
          apart: row.published,
        }),
      );
    const best =
      known.length > bars.length
        ? `; ${bars.length} of ${known.length} rows, ours and published each from the best`
        : "";
    const note = `${groupDatasets[group].join(", ")}${best}`;
    return groupedBars([{ name: "", bars }], group, { shown: (value) => value.toFixed(3), note });
  });
}

/** What adaptation is for: quality over cost. Empty where no row has both. */
export function costChart({ rows }: Leaderboard): string {
  const points = rows.flatMap((row): ScatterPoint[] => {
    const x = row.measures.symbols_per_token;
    const y = row.micro ?? row.micro_partial;
    if (x === undefined || y === null) return [];
    return [
      { name: row.published ? publishedName(row) : row.model, x, y, apart: row.published, hollow: row.micro === null },
    ];
  });
  const hollow = points.some((point) => point.hollow) ? "Hollow: not all 17 data sets are there." : "";
  return scatterChart(points, "Symbols per token and micro average", {
    xAxis: "symbols per token",
    yAxis: "micro average",
    note: `Up and to the right is better. ${hollow}`,
  });
}

const publishedName = ({ name }: LeaderboardRow): string => name.replace(" vocabulary", "");
