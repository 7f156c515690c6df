/** What changes on the page of `lep watch`: stages, what is being done, curves, scores, the latest answers, the log's end. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { globSync } from "tinyglobby";
import { isAlive } from "../atomic-output.js";
import { runningResults } from "../benchmark/running-results.js";
import { type RunState, readRunLog, readRunState } from "../pipeline/run-record.js";
import { type Cell, escapeHtml, htmlTable } from "../report/html-page.js";
import { lineChart } from "../report/line-chart.js";
import { trainingCurves } from "../report/training-curves.js";
import { shownTime } from "../shown-time.js";

const logLines = 15;
const mostAnswers = 5;

/** HTML of the run in `folder` as it stands. */
export function watchFragment(folder: string): string {
  const state = readRunState(folder);
  const parts = [
    state === undefined ? "<p>No run has begun here yet.</p>" : stageList(state) + doing(state) + warnings(state),
    curves(folder),
    results(path.join(folder, "results.sqlite")),
    log(folder),
  ];
  return parts.join("\n");
}

const signs = { waiting: "·", running: "▶", done: "✓", reused: "✓" } as const;

function stageList({ stages }: RunState): string {
  const items = stages.map(({ stage, state, seconds }) => {
    const took = seconds === undefined ? "" : `, ${shownTime(seconds)}`;
    return `<li class="${state}"><span aria-hidden="true">${signs[state]}</span><b>${stage}</b><span>${state}${took}</span></li>`;
  });
  return `<h2>Stages</h2><ol class="stages">${items.join("")}</ol>`;
}

function doing(state: RunState): string {
  if (state.state === "failed") return `<p class="failed">It failed: ${escapeHtml(state.message ?? "")}</p>`;
  if (state.state === "finished") return '<p>Done. <a href="#log">The log</a> names the report.</p>';
  if (!isAlive(state.pid)) {
    return '<p class="failed">The process is gone without a word: the same command continues where it was.</p>';
  }
  if (state.progress === undefined) return "";
  const { task, done, total, unit, note } = state.progress;
  const bar =
    total > 0
      ? `<progress aria-label="${escapeHtml(task)}" max="${total}" value="${Math.min(done, total)}"></progress>`
      : "";
  const count =
    total > 0 ? `${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}` : done.toLocaleString("en-US");
  return `<p>${escapeHtml(task)}: ${count} ${escapeHtml(unit)}${note ? `, ${escapeHtml(note)}` : ""}</p>${bar}`;
}

function warnings({ warnings: texts }: RunState): string {
  if (texts.length === 0) return "";
  return `<h2>Warnings</h2><ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`;
}

/** Of every training, finished or under way. */
function curves(folder: string): string {
  const charts = trainingLogs(folder).flatMap((file) => {
    const place = path.dirname(file);
    return trainingCurves(path.join(folder, place), `, ${placeName(place)}`).map(({ title, curves: drawn }) =>
      lineChart(drawn, title),
    );
  });
  return charts.length === 0 ? "" : `<h2>Training</h2>${charts.join("\n")}`;
}

/**
 * Below the stages' folders. A stage that is done anew has its work in a partial folder, and counts instead of the former; a log that is
 * finished lies there twice.
 */
function trainingLogs(folder: string): string[] {
  const files = globSync("**/training.jsonl", { cwd: folder, dot: true, deep: 6 }).sort();
  const anew = new Set(files.flatMap((file) => /^\.(\w+)\.partial/.exec(file)?.[1] ?? []));
  const seen = new Set<string>();
  return files
    .filter((file) => !anew.has(file.split(path.sep)[0]!))
    .sort((a, b) => Number(a.includes(".work")) - Number(b.includes(".work")))
    .filter((file) => {
      const text = readFileSync(path.join(folder, file), "utf8");
      return !seen.has(text) && seen.add(text);
    });
}

/** `.pretraining.partial/adapted` is pretraining's. */
const placeName = (place: string): string =>
  [...new Set(place.split(path.sep).map((part) => part.replace(/^\.(.*)\.partial$/, "$1")))]
    .filter((part) => part !== ".work")
    .join(" ");

function results(file: string): string {
  const found = runningResults(file, mostAnswers);
  if (found === undefined || found.counts.length === 0) return "";
  const rows = found.counts.map(({ model, task, samples, score }): Cell[] => [model, task, samples, score]);
  const answers = found.latest.map(
    ({ model, task, prompt, output }) =>
      `<dt dir="auto">${escapeHtml(`${model}, ${task}\n${prompt}`)}</dt><dd dir="auto">${escapeHtml(output)}</dd>`,
  );
  return `<h2>Benchmark</h2>${htmlTable(["model", "task", "answers so far", "score"], rows)}
<h3>The latest answers</h3><dl>${answers.join("\n")}</dl>`;
}

function log(folder: string): string {
  const lines = readRunLog(folder, logLines);
  return lines.length === 0 ? "" : `<h2 id="log">Log</h2><pre tabindex="0">${escapeHtml(lines.join("\n"))}</pre>`;
}
