/** A plan as a table for people. */

import type { Count } from "../plan/stage-plan.js";
import type { PlannedStage, RunPlan } from "../plan.js";
import { shownTime } from "../shown-time.js";

const columns = ["stage", "state", "tokens", "steps", "operations", "memory", "disk", "time"];

export function planLines(plan: RunPlan, missing: readonly string[]): string[] {
  const { stages, downloads, needed_disk, free_disk } = plan;
  const rows = stages.map(stageRow);
  const whole = ["whole run", "", "", "", operations(plan.flops), "", gigabytes(needed_disk), time(plan.seconds)];
  return [
    `${plan.name} on ${plan.machine.name}`,
    `speed: ${plan.machine.basis}`,
    "",
    ...aligned([columns, ...rows, whole]),
    "",
    "~ estimated, ≤ at most, ? not known; disk: what stays, + what is there meanwhile",
    `disk: ${gigabytes(needed_disk)} at the fullest moment, ${gigabytes(free_disk)} free`,
    ...downloads.map(({ name, bytes }) => `download: ${name}, ${bytes === null ? "size not known" : gigabytes(bytes)}`),
    ...missing.map((line) => `missing: ${line}`),
    ...plan.notes.map((line) => `note: ${line}`),
    ...plan.warnings.map((line) => `warning: ${line}`),
  ];
}

const states = { finished: "reused", begun: "continued", new: "to do" } as const;

function stageRow({ stage, state, tokens, flops, seconds, plan }: PlannedStage): string[] {
  if (plan === null) return [stage, states[state], "", "", "", "", "", ""];
  const { memory, disk, steps, work } = plan;
  const computes = work.some((part) => part.flops !== 0) || work.length === 0;
  return [
    stage,
    states[state],
    computes && work.some((part) => part.tokens !== null || part.flops === null) ? count(tokens) : "",
    steps === undefined ? "" : count(steps),
    computes ? operations(flops) : "",
    memory === null ? "" : `${gigabytes(memory.bytes)} of ${gigabytes(memory.free_bytes)}`,
    disk === null
      ? "?"
      : disk.meanwhile > 0
        ? `${gigabytes(disk.kept)} + ${gigabytes(disk.meanwhile)}`
        : gigabytes(disk.kept),
    time(seconds),
  ];
}

const signs = { exact: "", estimate: "~", at_most: "≤" } as const;

function count(of: Count | null): string {
  if (of === null) return "?";
  return signs[of.certainty] + short(of.value);
}

function short(value: number): string {
  const unit = [
    { size: 1e9, name: " G" },
    { size: 1e6, name: " M" },
  ].find(({ size }) => value >= size);
  if (unit === undefined) return value.toLocaleString("en");
  return `${(value / unit.size).toPrecision(3)}${unit.name}`;
}

const operations = (flops: number | null): string =>
  flops === null ? "?" : flops === 0 ? "0" : flops.toExponential(1);
const time = (seconds: number | null): string => (seconds === null ? "?" : shownTime(seconds));

function gigabytes(bytes: number): string {
  const giga = bytes / 1e9;
  return `${giga < 1 ? giga.toFixed(2) : giga < 100 ? giga.toFixed(1) : Math.round(giga).toLocaleString("en")} GB`;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}
