/** A few answers of a calibration: some that were learned from, and of each reason one that was not. */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import type { JudgedLine } from "../../calibration/judge-conversations.js";
import { escapeHtml } from "../../report/html-page.js";

const most = 4;
/** The beginning of the file: its lines come in a fixed order, whose start is as good as any. */
const readBytes = 4 * 2 ** 20;
const longest = 280;

export const answerExamplesStyle = `
dl{margin:0;max-width:48rem}dt{white-space:pre-wrap;color:var(--soft);margin-top:.7rem}
dd{white-space:pre-wrap;margin:.1rem 0 0;padding-inline-start:.7rem;border-inline-start:3px solid var(--line)}dd em{color:var(--apart)}`;

/** `file`: `answers.jsonl`. */
export function answerExamples(file: string): string {
  if (!existsSync(file)) return "";
  const lines = firstLines(file);
  const kept = lines.filter(({ rejected }) => rejected === null).slice(0, most);
  const reasons = [...new Set(lines.flatMap(({ rejected }) => rejected ?? []))];
  const rejected = reasons.map((reason) => lines.find((line) => line.rejected === reason)!).slice(0, most);
  const list = (title: string, examples: readonly JudgedLine[]): string =>
    examples.length === 0 ? "" : `<h3>${title}</h3>\n<dl>${examples.map(example).join("\n")}</dl>`;
  return list("Learned from, for example", kept) + list("Left out, for example", rejected);
}

function example({ messages, answer, rejected }: JudgedLine): string {
  const asked = messages.map(({ content }) => content).join("\n");
  const reason = rejected === null ? "" : ` <em>(${escapeHtml(rejected.replaceAll("_", " "))})</em>`;
  return `<dt dir="auto">${escapeHtml(shortened(asked))}</dt><dd dir="auto">${escapeHtml(shortened(answer))}${reason}</dd>`;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest).join("")} …`;
}

function firstLines(file: string): JudgedLine[] {
  const handle = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(readBytes);
    const length = readSync(handle, buffer, 0, readBytes, 0);
    const lines = buffer.toString("utf8", 0, length).split("\n");
    // Behind the last line feed there is nothing, or a line cut by the end of what was read.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as JudgedLine);
  } finally {
    closeSync(handle);
  }
}
