/** What a page says of one model: which it is, every score with all metrics, and its samples (`browser/model-samples.ts`). */
import { escapeHtml } from "../../report/html-page.js";
import { type SortableCell, sortableTable } from "../../report/sortable-table.js";
import type { LeaderboardRow, TaskResult } from "./board.js";
import { shownInterval, shownNumber } from "./board-columns.js";

export const modelSectionStyle = `
section.model{display:none}section.model:target{display:block}main:has(section.model:target)>.board{display:none}
dl.facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.1rem 1rem;margin:.6rem 0}dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}
.samples form{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:center;margin:.8rem 0}.samples details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0}
.samples summary{cursor:pointer;padding:.45rem .7rem;display:flex;gap:.3rem .8rem;flex-wrap:wrap;align-items:baseline}.samples summary .answer{flex:1 1 8rem;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--soft)}
.samples .texts{padding:0 .7rem .7rem}.samples h4{margin:.7rem 0 .2rem;font-size:.85rem;color:var(--soft);font-weight:600}
.samples pre{margin:0;padding:.5rem .7rem;background:var(--shade);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.45 ui-monospace,monospace;max-height:24rem;overflow-y:auto}
.samples b.failed{color:var(--apart)}`;

/** `place`: of the row in the board, which its samples are filed under. */
export function modelSection(row: LeaderboardRow, place: number): string {
  const { tasks, settings, measures } = row;
  const facts: [string, string][] = [
    ["name", row.name],
    ["weights", row.model_sha256 ?? "–"],
    ["tokenizer", row.tokenizer_sha256 ?? "–"],
    ...Object.entries(settings).map(([key, value]): [string, string] => [
      key.replaceAll("_", " "),
      typeof value === "string" ? value : value === null ? "none" : JSON.stringify(value),
    ]),
    ...Object.entries(measures).map(([key, value]): [string, string] => [
      key.replaceAll("_", " "),
      String(Number(value.toPrecision(4))),
    ]),
  ];
  const list = facts.map(([key, value]) => `<dt>${escapeHtml(key)}</dt><dd>${escapeHtml(value)}</dd>`).join("");
  const header = ["task", "score", "standard error", "items", "failures", "overlap", "further metrics"];
  const rows = Object.entries(tasks).map(([name, result]) => ({ cells: taskCells(name, result) }));
  const columns = header.map((name) => ({ name }));
  return `<section class="model" id="model-${place}" aria-labelledby="name-${place}"><p><a href="#board">← Leaderboard</a></p>
<h2 id="name-${place}" tabindex="-1">${escapeHtml(row.model)}</h2><dl class="facts">${list}</dl>
${sortableTable(`Scores of ${row.model}`, columns, rows)}
<div class="samples" data-samples="samples-${place}"></div></section>`;
}

function taskCells(name: string, result: TaskResult): SortableCell[] {
  const { score, metric, interval, standard_error, items, failures, overlap, metrics } = result;
  const others = Object.entries(metrics).filter(([other]) => other !== metric);
  const further = others.map(([other, value]) => `${other} ${Number(value.toPrecision(3))}`).join(", ");
  return [
    { value: name, shown: name, note: metric },
    { value: score, shown: shownNumber(score, 3), ...(interval && { note: shownInterval(interval, 3) }) },
    { value: standard_error, shown: shownNumber(standard_error, 3) },
    { value: items, shown: shownNumber(items, 0) },
    { value: failures, shown: shownNumber(failures, 0) },
    {
      value: overlap === null ? null : overlap.overlapping,
      shown: overlap === null ? "–" : `${overlap.overlapping} of ${overlap.items}`,
    },
    { value: further, shown: further },
  ];
}
