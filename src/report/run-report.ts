/** The first report of a run: one self-contained page of what was made and how it scored. */
import { writeFileAtomic } from "../atomic-output.js";
import { type Cell, escapeHtml, htmlPage, htmlTable } from "./html-page.js";
import { type Curve, lineChart } from "./line-chart.js";

/** What the page shows; the pipeline fills it from its summary. */
export interface RunReport {
  title: string;
  /** Sections in their order. */
  sections: ReportSection[];
}

export interface ReportSection {
  title: string;
  /** A sentence on how to read it. */
  note?: string;
  tables: { header: string[]; rows: Cell[][]; digits?: number }[];
  /** Curves over steps, a chart each title. */
  curves?: { title: string; curves: Curve[] }[];
  /** Figures as SVG, ready made. */
  charts?: string[];
  /** Anything else as HTML, ready made, and the CSS that only it needs. */
  html?: string;
  style?: string;
  /** A page that says more, by its path from the report's folder. */
  more?: { title: string; path: string };
}

export function writeRunReport(report: RunReport, file: string): void {
  const body = report.sections.map((section) => {
    const tables = section.tables.map(({ header, rows, digits }) => htmlTable(header, rows, digits)).join("\n");
    const curves = (section.curves ?? []).map(({ title, curves: drawn }) => lineChart(drawn, title)).join("\n");
    const note = section.note === undefined ? "" : `<p class="note">${section.note}</p>`;
    const charts = section.charts === undefined ? "" : `<div class="charts">${section.charts.join("\n")}</div>`;
    const { more } = section;
    const link = more && `<p><a href="${escapeHtml(encodeURI(more.path))}">${escapeHtml(more.title)}</a></p>`;
    return `<section><h2>${section.title}</h2>${note}${tables}${charts}${curves}${section.html ?? ""}${link ?? ""}</section>`;
  });
  writeFileAtomic(
    file,
    htmlPage(report.title, body.join("\n"), report.sections.map(({ style }) => style ?? "").join("")),
  );
}
