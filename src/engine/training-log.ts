/**
 * `training.jsonl`: one line an optimiser step. It survives a kill beside the checkpoints: what was
 * logged after the checkpoint that training continues from is cut off and comes again, so the finished
 * file has the same bytes as one of a run that was never killed. No times or rates for that reason.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { writing } from "../write-fault.js";
import type { StepReport } from "./engine.js";

export interface TrainingLog {
  /** False where steps between the log's end and this one are missing. */
  add(report: StepReport): boolean;
  /** Steps logged so far, without a gap from step 1 on. */
  readonly steps: number;
}

export function openTrainingLog(file: string): TrainingLog {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const lines = wholeLines(text);
  // What a kill left of a line must not stand before the next one.
  if (!text.endsWith("\n") && text !== "") writeFileSync(file, lines.map((kept) => `${kept}\n`).join(""));
  return {
    add(report) {
      if (report.step > lines.length + 1) return false;
      const { step, loss, learning_rate, gradient_norm, tokens } = report;
      const line = JSON.stringify({ step, loss, learning_rate, gradient_norm, tokens });
      if (step <= lines.length) {
        lines.length = step - 1;
        writeFileSync(file, lines.map((kept) => `${kept}\n`).join(""));
      }
      writing(file, () => appendFileSync(file, `${line}\n`));
      lines.push(line);
      return true;
    },
    get steps() {
      return lines.length;
    },
  };
}

/** The last line may be cut in the middle. */
function wholeLines(text: string): string[] {
  const lines = text.split("\n");
  lines.pop();
  return lines;
}
