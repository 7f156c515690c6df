/** Tables that readers can sort by any column, with a script (`browser/sort-tables.ts`); without it they are tables. */
import { escapeHtml } from "./html-page.js";

export interface SortableColumn {
  name: string;
  /** What it says, for a pointer that rests on it. */
  title?: string;
}

export interface SortableCell {
  /** What is sorted by; null comes last either way. */
  value: number | string | null;
  shown: string;
  /** Small, below it. */
  note?: string;
  /** A place that it leads to. */
  link?: string;
}

export interface SortableRow {
  cells: readonly SortableCell[];
  /** CSS class. */
  kind?: string;
}

export const sortableTableStyle = `
table.sortable th button{all:unset;cursor:pointer;display:inline-block;padding:.1rem 0}table.sortable th button:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
th[aria-sort=ascending] button::after{content:" ▲";font-size:.7em}th[aria-sort=descending] button::after{content:" ▼";font-size:.7em}
table.sortable td small{display:block;color:var(--soft);font-size:.78rem}table.sortable tbody th{background:var(--paper);font-weight:400;position:sticky;left:0;white-space:normal;overflow-wrap:anywhere;min-width:min(17rem,38vw);max-width:min(22rem,42vw);border-right:1px solid var(--line)}
table.sortable thead th{position:sticky;top:0;z-index:1}table.sortable thead th:first-child{left:0;z-index:2;border-right:1px solid var(--line)}table.sortable td.text{white-space:normal;min-width:15rem}
table.sortable th small{display:block;color:var(--soft);font-size:.78rem}.wide.sortable{max-height:44rem;overflow:auto}.wide:focus-visible{outline:2px solid var(--accent)}@media print{.wide.sortable{max-height:none}}`;

/** The first column names the rows. `sorted`: the column that they are sorted by, highest first. `label` names the table. */
export function sortableTable(
  label: string,
  columns: readonly SortableColumn[],
  rows: readonly SortableRow[],
  sorted?: number,
): string {
  const isText = columns.map((_, i) => rows.some(({ cells }) => typeof cells[i]!.value === "string"));
  const head = columns.map(({ name, title }, i) => {
    const about = title === undefined ? "" : ` title="${escapeHtml(title)}"`;
    const order = i === sorted ? "descending" : "none";
    return `<th scope="col"${isText[i] ? "" : ' class="number"'} aria-sort="${order}"><button type="button"${about}>${escapeHtml(name)}</button></th>`;
  });
  const body = rows.map(({ cells, kind }) => {
    const shown = cells.map((cell, i) => sortableCell(cell, i === 0, isText[i]!)).join("");
    return `<tr${kind === undefined ? "" : ` class="${kind}"`}>${shown}</tr>`;
  });
  return `<div class="wide sortable" role="region" tabindex="0" aria-label="${escapeHtml(label)}"><table class="sortable"><thead><tr>${head.join("")}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div>`;
}

function sortableCell({ value, shown, note, link }: SortableCell, first: boolean, text: boolean): string {
  const escaped = escapeHtml(shown);
  const small = note === undefined ? "" : `<small>${escapeHtml(note)}</small>`;
  const content = (link === undefined ? escaped : `<a href="${escapeHtml(link)}">${escaped}</a>`) + small;
  const data = value === null ? "" : ` data-value="${escapeHtml(String(value))}"`;
  return first
    ? `<th scope="row"${data}>${content}</th>`
    : `<td class="${text ? "text" : "number"}"${data}>${content}</td>`;
}
