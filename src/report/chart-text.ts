/** Text inside of charts: SVG neither wraps nor measures it. */
import { escapeHtml } from "./html-page.js";

export interface TextOptions {
  size?: number;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
  soft?: boolean;
}

export function chartText(text: string, x: number, y: number, options: TextOptions = {}): string {
  const { size = 12, anchor = "start", bold = false, soft = false } = options;
  const weight = bold ? ' font-weight="600"' : "";
  const fill = soft ? "var(--soft)" : "currentColor";
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}"${weight} fill="${fill}">${escapeHtml(text)}</text>`;
}

/** `text` in about `units` widths of a digit, its middle left out where it is longer: names often differ at their ends. */
export function fitText(text: string, units: number): string {
  const characters = [...text];
  if (textWidth(text) <= units) return text;
  const half = Math.max(1, Math.floor((units - 1) / 2));
  const start = takeWidth(characters, half);
  const end = takeWidth(characters.reverse(), half).reverse();
  return `${start.join("")}…${end.join("")}`;
}

/** Width of `text` in about digits. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function takeWidth(characters: string[], units: number): string[] {
  let width = 0;
  const end = characters.findIndex((character) => {
    width += characterWidth(character);
    return width > units;
  });
  return characters.slice(0, end < 0 ? characters.length : end);
}

/** Han, Kana, Hangul and symbols of their kind take two columns. */
const characterWidth = (character: string): number =>
  /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|[\u{1f000}-\u{3ffff}]/u.test(character) ? 2 : 1;

/** A coordinate with no more digits than anyone can see. */
export const round = (value: number): string => String(Number(value.toFixed(1)));
