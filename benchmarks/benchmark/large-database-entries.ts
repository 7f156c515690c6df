/** A hundred thousand stored samples of fifty models: the leaderboard's time and memory, and how long its page takes to open. */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { groupDatasets } from "../../src/benchmark/groups.js";
import type { LeaderboardOptions } from "../../src/benchmark/leaderboard.js";
import { type SeededModel, writeSeededDatabase } from "../../test/benchmark/seeded-database.js";
import { openChromium, withoutChromium } from "../../test/chromium.js";
import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import type { LeaderboardRun } from "./leaderboard-timed.js";
import type { Work } from "./work.js";

const models = 50;
const samples = 100_000;
const promptCharacters = 1_500;

export async function largeDatabaseEntries(work: Work): Promise<BenchmarkEntry[]> {
  const db = path.join(work.folder, "large.sqlite");
  const out = path.join(work.folder, "large-board");
  makeDatabase(db);
  const runs = Array.from({ length: work.runs }, () => timed({ db, out }));
  const page = path.join(out, "leaderboard.html");
  const size = `database ${megabytes(db)} MB, page ${megabytes(page)} MB`;
  const board = entry({
    name: "leaderboard of 100,000 samples, 50 models",
    ours_s: median(runs.map(({ seconds }) => seconds)),
    ours_peak_mb: Math.max(...runs.map(({ peak_mb }) => peak_mb)),
    runs: runs.length,
    note: `to reach: 5 s, 500 MB; 1,000 resamples; ${size}`,
  });
  return [board, await openingEntry(page, work.runs)];
}

function makeDatabase(file: string): void {
  const tasks = Object.values(groupDatasets).flat();
  const perModel = samples / models;
  const rest = perModel % tasks.length;
  writeSeededDatabase(file, {
    models: Array.from(
      { length: models },
      (_, i): SeededModel => ({
        name: `model-${i}`,
        skill: 0.3 + i / 100,
        failing: i % 7 === 3 ? 0.02 : 0,
        measures: { symbols_per_token: 2.2 + i / 25, characters_per_second: 30 + i, bits_per_character: 1.4 - i / 200 },
      }),
    ),
    tasks,
    items: (task) => Math.floor(perModel / tasks.length) + (task < rest ? 1 : 0),
    promptCharacters,
  });
}

function timed(options: LeaderboardOptions): LeaderboardRun {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "leaderboard-timed.js");
  return JSON.parse(
    execFileSync(process.execPath, [script, JSON.stringify(options)], { encoding: "utf8" }),
  ) as LeaderboardRun;
}

/** From the navigation to the page with its scripts run, and a model's samples shown, each time in a fresh context. */
async function openingEntry(page: string, runs: number): Promise<BenchmarkEntry> {
  const name = "page of 50 models, opened in chromium";
  if (withoutChromium !== false) return entry({ name, note: withoutChromium });
  const browser = await openChromium();
  const opened: number[] = [];
  const shown: number[] = [];
  for (let run = 0; run < runs; run++) {
    const context = await browser.newContext();
    const tab = await context.newPage();
    const from = performance.now();
    await tab.goto(pathToFileURL(page).href, { waitUntil: "load" });
    await tab.locator("form.filter output").filter({ hasText: "50 of 50" }).waitFor();
    opened.push((performance.now() - from) / 1000);
    const clicked = performance.now();
    await tab.locator("#board tbody a").first().click();
    await tab.locator("section.model details").first().waitFor();
    shown.push((performance.now() - clicked) / 1000);
    await context.close();
  }
  await browser.close();
  const samplesShown = median(shown)!.toFixed(2);
  return entry({
    name,
    ours_s: median(opened),
    runs,
    note: `to reach: 2 s; a model's samples ${samplesShown} s after the click`,
  });
}

const megabytes = (file: string): string => (statSync(file).size / 1e6).toFixed(0);
