/** Distributions one below the other, as inline SVG: a row of columns each, on one scale, so that many can be compared. */
import { chartText, fitText, round, textWidth } from "./chart-text.js";
import { escapeHtml } from "./html-page.js";

export interface HistogramRow {
  name: string;
  /** At the right end, e.g. the mean. */
  note: string;
  /** Shares, one a column. */
  shares: readonly number[];
}

export interface HistogramRowsOptions {
  /** What the columns are called; the axis has room for three digits each. */
  columns: readonly string[];
  /** What they count, below the axis. */
  axis: string;
  /** This many columns in front are of another kind, and of another colour. */
  apart?: number;
}

const width = 400;
const nameHeight = 21;
const columnHeight = 40;
const gap = 9;
const footHeight = 34;
/** A share above it fills its row and is written out, else one vocabulary of bytes would press all others flat. */
const highest = 0.4;

/** No rows give an empty string. */
export function histogramRows(
  rows: readonly HistogramRow[],
  title: string,
  { columns, axis, apart = 0 }: HistogramRowsOptions,
): string {
  if (rows.length === 0) return "";
  const most = Math.min(highest, Math.max(...rows.flatMap(({ shares }) => shares))) || 1;
  const step = width / columns.length;
  const rowHeight = nameHeight + columnHeight + gap;
  const drawn = rows.map(({ name, note, shares }, i) => {
    const top = i * rowHeight;
    const base = top + nameHeight + columnHeight;
    const bars = shares.map((share, column) => {
      const height = columnHeight * Math.min(1, share / most);
      const label = `${name}, ${columns[column]}: ${percent(share, 1)}`;
      const full =
        share > most
          ? chartText(percent(share, 0), (column + 1) * step + 2, top + nameHeight + 11, { size: 10.5 })
          : "";
      return `${full}<rect x="${round(column * step + 1)}" y="${round(base - height)}" width="${round(step - 2)}" height="${round(height)}" fill="${column < apart ? "var(--apart)" : "var(--accent)"}"><title>${escapeHtml(label)}</title></rect>`;
    });
    return [
      chartText(fitText(name, (width - 7 * textWidth(note)) / 8.2), 0, top + 14, { size: 12.5, bold: true }),
      chartText(note, width, top + 14, { anchor: "end", soft: true }),
      ...bars,
      `<path d="M0 ${base + 0.5}H${width}" stroke="currentColor" opacity=".35"/>`,
    ].join("\n");
  });
  const foot = rows.length * rowHeight - gap;
  const labels = columns.map((name, column) =>
    chartText(name, (column + 0.5) * step, foot + 13, { size: 10.5, anchor: "middle", soft: true }),
  );
  return `<figure><figcaption><b>${escapeHtml(title)}</b></figcaption><svg viewBox="0 0 ${width} ${foot + footHeight}" width="${width}" role="img" aria-label="${escapeHtml(title)}">
${drawn.join("\n")}
${labels.join("")}
${chartText(axis, width / 2, foot + 29, { size: 11.5, anchor: "middle", soft: true })}
</svg></figure>`;
}

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;
