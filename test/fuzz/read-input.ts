/** Lays one input out, reads it, and says what is wrong with what came of it. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { LepError } from "../../src/errors.js";
import type { FindingKind } from "./fuzz-job.js";
import type { FuzzReader, Input } from "./fuzz-reader.js";

export interface ReadOutcome {
  outcome: "taken" | "refused" | "failed";
  faults: { kind: FindingKind; fault: string }[];
}

export function makeFresh(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

export function writeInput(input: Input, folder: string): void {
  makeFresh(folder);
  for (const [name, content] of input) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (content === "folder") mkdirSync(file);
    else writeFileSync(file, content);
  }
}

export async function readInput(reader: FuzzReader, input: Input, work: string): Promise<ReadOutcome> {
  const place = path.join(work, "input");
  const out = path.join(work, "out");
  writeInput(input, place);
  rmSync(out, { recursive: true, force: true });
  const faults: ReadOutcome["faults"] = [];
  let outcome: ReadOutcome["outcome"] = "taken";
  try {
    await reader.read(place, out);
  } catch (error) {
    outcome = error instanceof LepError ? "refused" : "failed";
    const names = [place, ...(reader.names ?? [])];
    if (!(error instanceof LepError)) faults.push({ kind: "wrong_error", fault: cause(error) });
    else if (!names.some((name) => error.message.includes(name))) {
      faults.push({ kind: "unnamed", fault: `${error.code}: ${error.message.slice(0, 200)}` });
    }
  }
  const failed = outcome !== "taken";
  const left =
    reader.fault === undefined ? failed && existsSync(out) && "an output of a failed read" : reader.fault(out, failed);
  if (left) faults.push({ kind: "half_written", fault: left });
  const temporary = path.join(work, "tmp");
  const forgotten = existsSync(temporary) ? readdirSync(temporary) : [];
  if (forgotten.length > 0) {
    faults.push({ kind: "left_over", fault: forgotten.join(" ").replace(/[A-Za-z0-9]{6}\b/g, "…") });
    makeFresh(temporary);
  }
  const polluted = Object.keys(Object.prototype);
  if (polluted.length > 0) {
    faults.push({ kind: "pollution", fault: polluted.join(" ") });
    for (const key of polluted) delete (Object.prototype as Record<string, unknown>)[key];
  }
  return { outcome, faults };
}

/** The message and where it was thrown, without what differs from input to input. */
function cause(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const [, ...frames] = (error.stack ?? "").split("\n    at ");
  const own = frames.find((frame) => frame.includes("/dist/src/")) ?? frames[0] ?? "";
  const message = error.message
    .replace(/\d+/g, "#")
    .replace(/"[^"]*"/g, '"…"')
    .slice(0, 160);
  return `${error.name}: ${message} at ${own.replace(/.*\/dist\//, "").replace(/\)$/, "")}`;
}
