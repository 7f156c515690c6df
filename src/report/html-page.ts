/** Self-contained pages: no network, light and dark, readable on a phone and on paper; no script but a page's own. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const style = `
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5c6675;--line:#d8dde5;--paper:#fff;--shade:#f4f6f9;--accent:#2459c4;--apart:#b45309}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#9aa4b2;--line:#343c48;--paper:#14181f;--shade:#1c222b;--accent:#7aa5ff;--apart:#e0a458}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:70rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}p.note{color:var(--soft);margin:.3rem 0 .8rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.92rem}caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
th,td{padding:.35rem .7rem;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
th{background:var(--shade);font-weight:600}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
figure{margin:0 0 1rem}figcaption{color:var(--soft);font-size:.88rem;margin:.2rem 0 .4rem}figcaption b{color:var(--ink);font-weight:600;margin-right:.3em}h3{font-size:1rem;margin:1.4rem 0 .5rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:.5rem 2.5rem;align-items:start;margin-top:.6rem}
.charts svg{width:100%;max-width:27rem}svg{max-width:100%;height:auto}code{font-size:.9em;background:var(--shade);padding:.1em .3em;border-radius:3px}
@media(max-width:40rem){body{padding:1rem}}
@media print{body{max-width:none;padding:0}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.wide{overflow:visible}table{font-size:.72rem}th,td{padding:.2rem .35rem;white-space:normal}}`;

/** A whole page; `body` is HTML, `extraStyle` the CSS of what only this page has. */
export function htmlPage(title: string, body: string, extraStyle = ""): string {
  return `${pageStart(title, { style: extraStyle })}${body}${pageEnd}`;
}

/** A page down to its heading, for pages that are written piece by piece; `head`: HTML that stands there. */
export function pageStart(title: string, more: { style?: string; head?: string } = {}): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
${more.head ?? ""}<title>${escapeHtml(title)}</title><style>${style}${more.style ?? ""}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
`;
}

export const pageEnd = "\n</main></body></html>\n";

/** A cell: numbers are set right-aligned with `digits` decimals, absent values as a dash. */
export type Cell = string | number | null | undefined;

export function htmlTable(header: string[], rows: Cell[][], digits = 3): string {
  const isNumber = (column: number): boolean => rows.length > 0 && rows.every((row) => typeof row[column] !== "string");
  const head = header
    .map((name, column) => `<th scope="col"${isNumber(column) ? ' class="number"' : ""}>${escapeHtml(name)}</th>`)
    .join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => htmlCell(cell, digits)).join("")}</tr>`).join("\n");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function htmlCell(cell: Cell, digits: number): string {
  if (cell === null || cell === undefined) return '<td class="number">–</td>';
  if (typeof cell === "string") return `<td>${escapeHtml(cell)}</td>`;
  const shown = Number.isInteger(cell) ? cell.toLocaleString("en-US") : cell.toFixed(digits);
  return `<td class="number">${shown}</td>`;
}
