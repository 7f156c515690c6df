/** A small line chart as inline SVG: one curve over steps, axes with their extremes, no script. */
import { escapeHtml } from "./html-page.js";

const width = 640;
const height = 220;
const margin = { left: 56, right: 12, top: 12, bottom: 30 };

/** `values[i]` is drawn at step i + 1. Empty input gives an empty string. */
export function lineChart(values: readonly number[], title: string): string {
  if (values.length === 0) return "";
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  const x = (i: number): number =>
    margin.left + (i / Math.max(values.length - 1, 1)) * (width - margin.left - margin.right);
  const y = (value: number): number =>
    height - margin.bottom - ((value - low) / (high - low || 1)) * (height - margin.top - margin.bottom);
  const stride = Math.max(1, Math.floor(values.length / 600));
  const points = values
    .map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`)
    .filter((_, i) => i % stride === 0 || i === values.length - 1)
    .join(" ");
  const label = (text: string, at: number, top: number, anchor: string): string =>
    `<text x="${at}" y="${top}" text-anchor="${anchor}" font-size="12" fill="currentColor">${escapeHtml(text)}</text>`;
  return `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}">
<path d="M${margin.left} ${margin.top}V${height - margin.bottom}H${width - margin.right}" fill="none" stroke="currentColor" opacity=".4"/>
<polyline points="${points}" fill="none" stroke="var(--accent)" stroke-width="1.5"/>
${label(high.toFixed(2), margin.left - 6, margin.top + 10, "end")}${label(low.toFixed(2), margin.left - 6, height - margin.bottom, "end")}
${label("step 1", margin.left, height - 8, "start")}${label(`step ${values.length}`, width - margin.right, height - 8, "end")}
</svg><figcaption>${escapeHtml(title)}</figcaption></figure>`;
}
