import type { Cell } from "../../report/html-page.js";
import type { ReportSection } from "../../report/run-report.js";
import type { Made } from "../run-context.js";

export function costSection(made: Made): ReportSection {
  const outcomes = Object.entries(made);
  const measured = outcomes.some(([, { energyJoules }]) => energyJoules !== null);
  const rows = outcomes.map(([name, { durationSeconds, peakMb, energyJoules }]): Cell[] => [
    name,
    durationSeconds,
    peakMb,
    ...(measured ? [energyJoules] : []),
  ]);
  const energy = measured
    ? " Energy is the whole processor's."
    : " No counter of energy can be read here, so that none is given.";
  return {
    title: "Cost",
    note: `Of the last time that each stage was done; memory of lep and all its processes together.${energy}`,
    tables: [{ header: ["stage", "seconds", "peak memory, MiB", ...(measured ? ["energy, J"] : [])], rows, digits: 1 }],
  };
}
