import { escapeHtml, pageEnd, pageStart } from "../../report/html-page.js";
import { pageScripts } from "../../report/page-script.js";
import type { ChangedItem, Comparison } from "./comparison.js";
import { comparisonHeader, comparisonNotes, comparisonRows } from "./comparison-tables.js";

export interface ChangedTexts {
  prompt: string;
  target: string;
  first: string;
  second: string;
}

/** More changed items of a task than this are in `comparison.csv` only. */
const mostItems = 40;

const style = `
td:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:0 .7rem}summary{cursor:pointer;padding:.45rem 0}
details details{padding:0 .5rem}h4{margin:.6rem 0 .2rem;font-size:.85rem;color:var(--soft);font-weight:600}b.worse{color:var(--apart)}
pre{margin:0 0 .6rem;padding:.5rem .7rem;background:var(--shade);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.45 ui-monospace,monospace;max-height:20rem;overflow-y:auto}`;

/** The comparison as one self-contained page, in pieces. */
export function* comparisonPage(
  comparison: Comparison,
  textsOf: (item: ChangedItem) => ChangedTexts,
): Generator<string> {
  const { first, second, changed } = comparison;
  yield pageStart(`${first.model} and ${second.model}`, { style, head: pageScripts([]).head });
  for (const note of comparisonNotes(comparison)) yield `<p class="note">${escapeHtml(note)}</p>\n`;
  const head = comparisonHeader.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  const rows = comparisonRows(comparison).map(
    (row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`,
  );
  yield `<div class="wide" role="region" tabindex="0" aria-label="Differences"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table></div>\n`;
  yield "<h2>Items that changed</h2>\n";
  for (const task of Object.keys(comparison.tasks)) {
    const items = changed.filter((item) => item.task === task);
    if (items.length === 0) continue;
    const more = items.length > mostItems ? `, ${mostItems} of them here, all in comparison.csv` : "";
    yield `<details><summary>${escapeHtml(task)}: ${items.length}${more}</summary>\n`;
    for (const item of items.slice(0, mostItems)) yield changedItem(item, textsOf(item), comparison);
    yield "</details>\n";
  }
  yield pageEnd;
}

function changedItem(item: ChangedItem, texts: ChangedTexts, { first, second }: Comparison): string {
  const score = (value: number | null): string => (value === null ? "no answer" : String(Number(value.toFixed(3))));
  const worse = (item.second ?? -1) < (item.first ?? -1);
  const parts: [string, string][] = [
    ["Prompt", texts.prompt],
    ["Target", texts.target],
    [`${first.model}: ${score(item.first)}`, texts.first],
    [`${second.model}: ${score(item.second)}`, texts.second],
  ];
  const shown = parts.map(
    ([name, text]) => `<h4>${escapeHtml(name)}</h4><pre dir="auto" tabindex="0">${escapeHtml(shorten(text))}</pre>`,
  );
  return `<details><summary>item ${escapeHtml(item.item_id)} <b${worse ? ' class="worse"' : ""}>${score(item.first)} → ${score(item.second)}</b></summary>${shown.join("")}</details>\n`;
}

const longest = 3_000;
const shorten = (text: string): string => {
  if (text === "") return "(empty)";
  return text.length <= longest
    ? text
    : `[… ${(text.length - longest).toLocaleString("en-US")} characters left out …]\n${text.slice(-longest)}`;
};
