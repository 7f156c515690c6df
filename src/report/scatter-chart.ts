/** Points of two figures as inline SVG: axes with round numbers, names where there is room for them. */
import { chartText, fitText, round, textWidth } from "./chart-text.js";
import { escapeHtml } from "./html-page.js";

export interface ScatterPoint {
  name: string;
  x: number;
  y: number;
  /** Of another kind than the others, and of another colour. */
  apart?: boolean;
  /** Not quite comparable with the others. */
  hollow?: boolean;
}

export interface ScatterOptions {
  xAxis: string;
  yAxis: string;
  note?: string;
}

const width = 440;
const height = 300;
const margin = { left: 44, right: 14, top: 24, bottom: 40 };
const radius = 4.5;
const nameSize = 11;
const digitWidth = 6.4;
const longestName = 20;

/** No points give an empty string. */
export function scatterChart(points: readonly ScatterPoint[], title: string, options: ScatterOptions): string {
  if (points.length === 0) return "";
  const xTicks = ticks(points.map(({ x }) => x));
  const yTicks = ticks(points.map(({ y }) => y));
  const across = scale(xTicks, margin.left, width - margin.right);
  const up = scale(yTicks, height - margin.bottom, margin.top);
  const placed = points.map((point) => ({ ...point, at: [across(point.x), up(point.y)] as const }));
  const bottom = height - margin.bottom;
  const grid = [
    ...xTicks.map(
      (tick) =>
        `<path d="M${round(across(tick))} ${margin.top}V${bottom}" stroke="var(--line)"/>${chartText(short(tick), across(tick), bottom + 15, { size: 11, anchor: "middle", soft: true })}`,
    ),
    ...yTicks.map(
      (tick) =>
        `<path d="M${margin.left} ${round(up(tick))}H${width - margin.right}" stroke="var(--line)"/>${chartText(short(tick), margin.left - 6, up(tick) + 4, { size: 11, anchor: "end", soft: true })}`,
    ),
    chartText(options.xAxis, (margin.left + width - margin.right) / 2, height - 6, { size: 12, anchor: "middle" }),
    chartText(options.yAxis, 0, 12, { size: 12 }),
  ];
  const dots = placed.map(({ name, x, y, apart, hollow, at: [cx, cy] }) => {
    const colour = `var(--${apart ? "apart" : "accent"})`;
    const fill = hollow
      ? `fill="var(--paper)" stroke="${colour}" stroke-width="2"`
      : `fill="${colour}" fill-opacity=".8"`;
    return `<circle cx="${round(cx)}" cy="${round(cy)}" r="${radius}" ${fill}><title>${escapeHtml(`${name}: ${short(x)}, ${short(y)}`)}</title></circle>`;
  });
  const caption = `<figcaption><b>${escapeHtml(title)}</b> ${escapeHtml(options.note ?? "")}</figcaption>`;
  return `<figure>${caption}<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}">
${grid.join("\n")}
${dots.join("\n")}
${labels(placed).join("\n")}
</svg></figure>`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Three to six round numbers that hold all values. */
function ticks(values: readonly number[]): number[] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || Math.abs(high) / 5 || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step - 1e-9) - first);
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function scale(all: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [all[0]!, all.at(-1)!];
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Beside, above or below its point, the first place that hides nothing; a name without one is left to the pointer. */
function labels(points: readonly { name: string; at: readonly [number, number] }[]): string[] {
  const taken: Box[] = points.map(({ at: [x, y] }) => [x - radius, y - radius, x + radius, y + radius]);
  return points.flatMap(({ name, at: [x, y] }) => {
    const shown = fitText(name, longestName);
    const wide = textWidth(shown) * digitWidth;
    const left = (from: number, base: number): [Box, number] => [[from, base - nameSize, from + wide, base + 3], base];
    const places = [
      left(x + radius + 3, y + 4),
      left(x - radius - 3 - wide, y + 4),
      left(x - wide / 2, y - radius - 5),
      left(x - wide / 2, y + radius + nameSize + 2),
    ];
    const free = places.find(
      ([box]) => box[0] >= margin.left && box[2] <= width && taken.every((other) => apart(box, other)),
    );
    if (free === undefined) return [];
    taken.push(free[0]);
    return [chartText(shown, free[0][0], free[1], { size: nameSize })];
  });
}

const apart = (a: Box, b: Box): boolean => a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
