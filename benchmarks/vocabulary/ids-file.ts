/** Ids of lines as text: a line of numbers each. */
import { readFileSync, writeFileSync } from "node:fs";

export function writeIds(file: string, lines: readonly ArrayLike<number>[]): void {
  writeFileSync(file, lines.map((ids) => `${Array.from(ids).join(" ")}\n`).join(""));
}

export function readIdLines(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.trim());
}
