/** Curves over steps as inline SVG: one scale for all, axes with their extremes, names at the curves' ends, no script. */
import { chartText, round } from "./chart-text.js";
import { escapeHtml } from "./html-page.js";
import { type CurvePoint, type CurveStretch, thinOut } from "./thin-out.js";

export interface Curve {
  name: string;
  /** Steps ascend. */
  points: readonly CurvePoint[];
}

const width = 640;
const height = 220;
const margin = { left: 56, right: 12, top: 20, bottom: 30 };
const mostStretches = 300;
const colours = ["var(--accent)", "var(--apart)"];

/** Where a curve has more points than can be told apart, their mean on a band from the lowest to the highest. No points give an empty string. */
export function lineChart(curves: readonly Curve[], title: string): string {
  const drawn = curves
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => ({ name, stretches: thinOut(points, mostStretches) }));
  if (drawn.length === 0) return "";
  const all = drawn.flatMap(({ stretches }) => stretches);
  const low = all.reduce((least, stretch) => Math.min(least, stretch.low), Number.POSITIVE_INFINITY);
  const high = all.reduce((most, stretch) => Math.max(most, stretch.high), Number.NEGATIVE_INFINITY);
  const last = curves.reduce((most, { points }) => Math.max(most, points.at(-1)?.step ?? 1), 1);
  const x = (step: number): number =>
    margin.left + ((step - 1) / Math.max(last - 1, 1)) * (width - margin.left - margin.right);
  const y = (value: number): number =>
    height - margin.bottom - ((value - low) / (high - low || 1)) * (height - margin.top - margin.bottom);

  const parts = drawn.map(({ name, stretches }, i) => {
    const colour = colours[i % colours.length]!;
    return curveParts(stretches, colour, x, y) + legend(name, colour, i, drawn.length);
  });
  const labels = [
    chartText(high.toFixed(2), margin.left - 6, margin.top + 10, { anchor: "end" }),
    chartText(low.toFixed(2), margin.left - 6, height - margin.bottom, { anchor: "end" }),
    chartText("step 1", margin.left, height - 8, {}),
    chartText(`step ${last}`, width - margin.right, height - 8, { anchor: "end" }),
  ];
  return `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}">
<path d="M${margin.left} ${margin.top}V${height - margin.bottom}H${width - margin.right}" fill="none" stroke="currentColor" opacity=".4"/>
${parts.join("\n")}
${labels.join("")}
</svg><figcaption>${escapeHtml(title)}</figcaption></figure>`;
}

type Scale = (value: number) => number;

function curveParts(stretches: readonly CurveStretch[], colour: string, x: Scale, y: Scale): string {
  const at = (step: number, value: number): string => `${round(x(step))},${round(y(value))}`;
  const line = `<polyline points="${stretches.map(({ step, value }) => at(step, value)).join(" ")}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
  if (stretches.every(({ low, high }) => low === high)) {
    // Few points are seen one by one; one alone would be no line.
    if (stretches.length > 40) return line;
    const dots = stretches.map(
      ({ step, value }) => `<circle cx="${round(x(step))}" cy="${round(y(value))}" r="2.5" fill="${colour}"/>`,
    );
    return line + dots.join("");
  }
  const edge = [
    ...stretches.map(({ step, high }) => at(step, high)),
    ...stretches.map(({ step, low }) => at(step, low)).reverse(),
  ];
  return `<polygon points="${edge.join(" ")}" fill="${colour}" opacity=".22"/>${line}`;
}

/** Names stand in the upper right, where losses seldom are. */
function legend(name: string, colour: string, index: number, of: number): string {
  if (of === 1) return "";
  const top = margin.top + 12 + 17 * index;
  const right = width - margin.right;
  return `<path d="M${right - 16} ${top - 4}H${right}" stroke="${colour}" stroke-width="3"/>${chartText(name, right - 22, top, { anchor: "end" })}`;
}
