/** A bar chart in groups, as inline SVG: names in front, values behind, so that no colour has to be looked up. */
import { chartText, fitText, round, textWidth } from "./chart-text.js";
import { escapeHtml } from "./html-page.js";

export interface BarGroup {
  name: string;
  bars: Bar[];
}

export interface Bar {
  name: string;
  value: number | null;
  /** Drawn as a whisker. */
  interval?: readonly [low: number, high: number] | null;
  /** Of another kind than the others, and of another colour. */
  apart?: boolean;
}

export interface GroupedBarsOptions {
  /** How a value is written; default: two decimals. */
  shown?: (value: number) => string;
  /** Which bars stand out: the longest of each group, or the shortest. */
  best?: "highest" | "lowest";
  /** Beside the title, e.g. which end is better. */
  note?: string;
}

const width = 360;
const rowHeight = 21;
const headHeight = 26;
/** Of a digit, at the size of the labels. */
const digitWidth = 7.1;
const longestName = 22;
const valueWidth = 62;

/** Bars of all groups share one scale that begins at 0. No groups give an empty string. */
export function groupedBars(groups: readonly BarGroup[], title: string, options: GroupedBarsOptions = {}): string {
  if (groups.length === 0) return "";
  const { shown = (value) => value.toFixed(2), best = "highest", note = "" } = options;
  const bars = groups.flatMap((group) => group.bars);
  const most = bars.reduce((high, { value, interval }) => Math.max(high, value ?? 0, interval?.[1] ?? 0), 0) || 1;
  const names = bars.reduce((wide, { name }) => Math.max(wide, textWidth(name)), 0);
  const left = Math.min(names, longestName) * digitWidth + 8;
  const room = width - left - valueWidth;

  const parts: string[] = [];
  let y = 0;
  for (const group of groups) {
    const values = group.bars.flatMap(({ value }) => (value === null ? [] : [value]));
    const winner = best === "highest" ? Math.max(...values) : Math.min(...values);
    if (group.name !== "") {
      parts.push(chartText(fitText(group.name, 48), 0, y + 17, { size: 13, bold: true }));
      y += headHeight;
    }
    for (const { name, value, interval, apart } of group.bars) {
      const length = value === null ? 0 : (room * value) / most;
      const label = value === null ? "–" : shown(value);
      const strong = value === winner && values.length > 1;
      const ends = interval?.map((end) => left + (room * end) / most) as [number, number] | undefined;
      const range = interval ? ` (${shown(interval[0])} to ${shown(interval[1])})` : "";
      const title = `${name}${group.name === "" ? "" : `, ${group.name}`}: ${label}${range}`;
      parts.push(
        `<g><title>${escapeHtml(title)}</title>` +
          chartText(fitText(name, longestName), left - 6, y + 14.5, { anchor: "end" }) +
          `<rect x="${round(left)}" y="${y + 2}" width="${round(length)}" height="${rowHeight - 5}" rx="2" fill="var(--${apart ? "apart" : "accent"})"${strong ? "" : ' opacity=".5"'}/>` +
          (ends === undefined ? "" : whisker(ends, y + 2 + (rowHeight - 5) / 2)) +
          `${chartText(label, Math.max(left + length, ends?.[1] ?? 0) + 5, y + 14.5, { bold: strong })}</g>`,
      );
      y += rowHeight;
    }
    y += 6;
  }
  const caption = `<figcaption><b>${escapeHtml(title)}</b> ${escapeHtml(note)}</figcaption>`;
  return `<figure>${caption}<svg viewBox="0 0 ${width} ${y}" width="${width}" role="img" aria-label="${escapeHtml(title)}">
${parts.join("\n")}
</svg></figure>`;
}

const whisker = ([from, to]: readonly [number, number], y: number): string =>
  `<path d="M${round(from)} ${y}H${round(to)}M${round(from)} ${y - 3.5}v7M${round(to)} ${y - 3.5}v7" stroke="currentColor" fill="none"/>`;
