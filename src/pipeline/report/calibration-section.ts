import path from "node:path";
import type { CalibrationSummary } from "../../calibration/calibrate.js";
import type { Cell } from "../../report/html-page.js";
import type { ReportSection } from "../../report/run-report.js";
import { trainingCurves } from "../../report/training-curves.js";
import type { Made } from "../run-context.js";
import { answerExamples, answerExamplesStyle } from "./answer-examples.js";

export function calibrationSection({ calibration }: Made): ReportSection | undefined {
  if (calibration === undefined) return undefined;
  const rows = Object.entries(calibration.result).map(([row, tuned]): Cell[] => [
    row,
    tuned.examples,
    tuned.copies,
    tuned.plain_text_tokens,
    Object.values(tuned.rejected).reduce((sum, count) => sum + count, 0),
    tuned.steps,
    tuned.loss.before,
    tuned.loss.after,
  ]);
  const trainedOn = ["conversations", "of them copies", "plain text, tokens", "answers left out"];
  return {
    title: "Calibration",
    note: "Loss on the assistant's tokens of held-out conversations, nats per token.",
    tables: [
      { header: ["row", ...trainedOn, "steps", "loss before", "after"], rows },
      sourcesTable(Object.values(calibration.result)[0]?.sources ?? {}),
    ],
    style: answerExamplesStyle,
    html: answerExamples(path.join(calibration.folder, "calibrated", "answers.jsonl")),
    curves: Object.keys(calibration.result).flatMap((row) =>
      trainingCurves(path.join(calibration.folder, row), ` of ${row}`),
    ),
  };
}

/** Every row is tuned on the same conversations. */
function sourcesTable(sources: CalibrationSummary["sources"]): ReportSection["tables"][number] {
  const all = Object.values(sources).map(({ rejected }) => rejected);
  const reasons = [...new Set(all.flatMap((counts) => Object.keys(counts) as (keyof (typeof all)[number])[]))];
  const rows = Object.entries(sources).map(([name, { source, conversations, kept, rejected }]): Cell[] => [
    name,
    source,
    conversations,
    kept,
    ...reasons.map((reason) => rejected[reason] ?? 0),
  ]);
  const rejectedFor = reasons.map((reason) => reason.replaceAll("_", " "));
  return { header: ["source", "kind", "conversations", "learned from", ...rejectedFor], rows };
}
