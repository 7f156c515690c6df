/** A leaderboard in a process of its own. Argument: JSON of `LeaderboardOptions`. Prints a `LeaderboardRun`. */
import { type LeaderboardOptions, leaderboard } from "../../src/benchmark/leaderboard.js";
import { peakMemory } from "../../src/engine/peak-memory.js";

export interface LeaderboardRun {
  seconds: number;
  peak_mb: number;
  rows: number;
}

const options = JSON.parse(process.argv[2]!) as LeaderboardOptions;
const from = performance.now();
const { rows } = leaderboard(options);
const run: LeaderboardRun = {
  seconds: (performance.now() - from) / 1000,
  peak_mb: peakMemory(),
  rows: rows.length,
};
process.stdout.write(`${JSON.stringify(run)}\n`);
