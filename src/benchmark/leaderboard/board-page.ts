/** The leaderboard as one self-contained page, written piece by piece: its samples are most of it. */
import { escapeHtml, pageEnd, pageStart } from "../../report/html-page.js";
import { pageScripts } from "../../report/page-script.js";
import { type SortableCell, type SortableRow, sortableTable, sortableTableStyle } from "../../report/sortable-table.js";
import type { Leaderboard, LeaderboardRow } from "./board.js";
import { costChart, groupCharts } from "./board-charts.js";
import { type BoardColumn, overviewColumns, shownInterval, shownNumber, taskColumns } from "./board-columns.js";
import { overviewNote, tasksNote } from "./board-notes.js";
import { modelSection, modelSectionStyle } from "./model-section.js";

const style = `${sortableTableStyle}${modelSectionStyle}
form.filter{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:center;margin:1rem 0}form.filter[hidden]{display:none}input,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:5px;padding:.25rem .5rem;max-width:100%}
tr.published th{font-style:italic}output{color:var(--soft)}a{color:var(--accent)}.scatter{margin-top:1.6rem}.scatter svg{width:100%;max-width:46rem}`;

export interface PageSamples {
  /** On the page, and in the database. */
  shown: number;
  stored: number;
  blocks: Iterable<[id: string, base64: string]>;
}

/** The page in pieces, in their order. */
export function* boardPage(board: Leaderboard, samples: PageSamples): Generator<string> {
  const scripts = pageScripts([
    new URL("../../report/browser/sort-tables.js", import.meta.url),
    new URL("../../report/browser/filter-rows.js", import.meta.url),
    new URL("./browser/model-samples.js", import.meta.url),
  ]);
  yield pageStart("Leaderboard", { style, head: scripts.head });
  yield `<div class="board" id="board">${overview(board, samples)}</div>\n`;
  for (const [place, row] of board.rows.entries()) if (!row.published) yield `${modelSection(row, place)}\n`;
  for (const [id, base64] of samples.blocks) {
    yield `<script type="text/plain" id="${escapeHtml(id)}">${base64}</script>\n`;
  }
  yield scripts.html;
  yield pageEnd;
}

function overview(board: Leaderboard, { shown, stored }: PageSamples): string {
  const published = board.rows.some((row) => row.published)
    ? '<label><input type="checkbox" name="published" checked> published rows</label>'
    : "";
  const count = (number: number): string => number.toLocaleString("en-US");
  const measured = board.rows.filter((row) => !row.published);
  return `<p class="note">${escapeHtml(overviewNote(board))}</p>
<p class="note">A model's name leads to its page: all metrics, and samples with prompt, answer and target. This page carries ${count(shown)} of the ${count(stored)} stored samples: of each task and model the same items, spread evenly over the data set, and failed ones first.</p>
<form class="filter" hidden><label>Filter models <input type="search" autocomplete="off"></label>${published}<output role="status"></output></form>
${columnsTable("Models", board, board.rows, overviewColumns(board))}
<div class="scatter">${costChart(board)}</div>
<h2>Groups</h2>
<div class="charts">${groupCharts(board).join("\n")}</div>
<h2>Tasks</h2>
<p class="note">${escapeHtml(tasksNote(board))}</p>
${columnsTable("Tasks", board, measured, taskColumns(board))}`;
}

function columnsTable(
  label: string,
  board: Leaderboard,
  rows: readonly LeaderboardRow[],
  columns: readonly BoardColumn[],
): string {
  const micro = columns.findIndex(({ name }) => name === "micro");
  const ranked = micro >= 0 && rows.every((row) => row.micro !== null);
  const tableRows = rows.map((row): SortableRow => {
    const name: SortableCell = {
      value: row.model,
      shown: row.model,
      ...(row.published ? {} : { link: `#model-${board.rows.indexOf(row)}` }),
    };
    return {
      cells: [name, ...columns.map((column) => boardCell(row, column))],
      ...(row.published && { kind: "published" }),
    };
  });
  const header = [{ name: "model" }, ...columns.map(({ name, title }) => ({ name, title }))];
  return sortableTable(label, header, tableRows, ranked ? micro + 1 : undefined);
}

function boardCell(row: LeaderboardRow, { value, interval, digits }: BoardColumn): SortableCell {
  const given = value(row);
  const range = interval?.(row) ?? null;
  const note = range === null || digits === "percent" ? {} : { note: shownInterval(range, digits) };
  return { value: given, shown: shownNumber(given, digits), ...note };
}
