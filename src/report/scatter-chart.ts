/** Points in a plane as inline SVG, a colour a kind, each with its name as a tooltip; both axes have one scale. */
import { chartText, round } from "./chart-text.js";
import { escapeHtml } from "./html-page.js";

export interface ScatterKind {
  name: string;
  points: readonly { name: string; x: number; y: number }[];
}

export interface ScatterOptions {
  title: string;
  /** What the axes are. */
  x: string;
  y: string;
}

const width = 640;
const height = 420;
const margin = { left: 12, right: 12, top: 34, bottom: 26 };
/** Dots, rings and crosses too, for those who see no colours. */
const marks: ((x: number, y: number) => string)[] = [
  (x, y) => `<circle cx="${round(x)}" cy="${round(y)}" r="2.2" fill="var(--soft)" opacity=".55"/>`,
  (x, y) => `<circle cx="${round(x)}" cy="${round(y)}" r="2.6" fill="none" stroke="var(--apart)" stroke-width="1.1"/>`,
  (x, y) =>
    `<path d="M${round(x - 2.4)} ${round(y - 2.4)}l4.8 4.8m0-4.8l-4.8 4.8" stroke="var(--accent)" stroke-width="1.2"/>`,
];

/** Three kinds at most. No points give an empty string. */
export function scatterChart(kinds: readonly ScatterKind[], { title, x: across, y: up }: ScatterOptions): string {
  const all = kinds.flatMap(({ points }) => points);
  if (all.length === 0) return "";
  const range = (values: number[]): [number, number] => [
    values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY),
    values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY),
  ];
  const [[left, right], [bottom, top]] = [range(all.map(({ x }) => x)), range(all.map(({ y }) => y))];
  const room = [width - margin.left - margin.right, height - margin.top - margin.bottom] as const;
  const scale = Math.min(room[0] / (right - left || 1), room[1] / (top - bottom || 1));
  const x = (value: number): number => margin.left + room[0] / 2 + scale * (value - (left + right) / 2);
  const y = (value: number): number => margin.top + room[1] / 2 - scale * (value - (bottom + top) / 2);
  const drawn = kinds.map(({ points }, i) => {
    const mark = marks[i % marks.length]!;
    return points
      .map((point) => `<g><title>${escapeHtml(point.name)}</title>${mark(x(point.x), y(point.y))}</g>`)
      .join("");
  });
  let at = margin.left + 6;
  const legend = kinds.map(({ name }, i) => {
    const entry = `${marks[i % marks.length]!(at, 14)}${chartText(name, at + 9, 18)}`;
    at += 30 + 6.6 * name.length;
    return entry;
  });
  const labels = [
    chartText(`${across} →`, width - margin.right, height - 8, { anchor: "end", soft: true }),
    chartText(`↑ ${up}`, margin.left, height - 8, { soft: true }),
  ];
  return `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}">
<rect x="${margin.left}" y="${margin.top - 8}" width="${room[0]}" height="${room[1] + 8}" fill="none" stroke="var(--line)"/>
${[...drawn, ...legend, ...labels].join("\n")}
</svg><figcaption>${escapeHtml(title)}</figcaption></figure>`;
}
