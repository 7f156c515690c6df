/** What a training's progress line says beside the count: loss, bits per character, tokens a second, share of the device's peak. */
import type { Progress } from "../progress.js";
import type { StepReport } from "./engine.js";

/** Rates are those of the last steps together: single ones jump. */
const stepsOfRates = 10;

export interface TrainingProgress {
  step(report: StepReport): void;
  warning(text: string): void;
  /** Over the steps that this process took; null where it took none. */
  readonly tokens_per_second: number | null;
}

export function trainingProgress(task: string, progress: Progress = () => {}): TrainingProgress {
  const taken = { tokens: 0, seconds: 0 };
  let recent: StepReport[] = [];
  let validation = "";
  let done = 0;
  let total = 0;
  const over = (weigh: (report: StepReport) => number): number => recent.reduce((sum, one) => sum + weigh(one), 0);
  return {
    step(report) {
      done = report.step;
      total = report.steps;
      if (report.seconds > 0) recent = [...recent, report].slice(-stepsOfRates);
      taken.tokens += report.seconds > 0 ? report.tokens : 0;
      taken.seconds += report.seconds;
      if (report.validation !== undefined) {
        const { loss, bits_per_character: bits } = report.validation;
        validation = bits === null ? `${loss.toFixed(3)} held out` : `${bits.toFixed(3)} bits/character`;
      }
      const seconds = over((one) => one.seconds);
      const rate = seconds > 0 ? `${perSecond(over((one) => one.tokens) / seconds)} tokens/s` : "";
      const known = recent.every((one) => one.share_of_peak !== null) && seconds > 0;
      const share = over((one) => (one.share_of_peak ?? 0) * one.seconds) / seconds;
      const peak = known ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of peak` : "";
      const note = [`loss ${report.loss.toFixed(3)}`, validation, rate, peak].filter((part) => part !== "").join(", ");
      progress({ task, done, total, unit: "steps", note });
    },
    warning: (text) => progress({ task, done, total, unit: "steps", warning: text }),
    get tokens_per_second() {
      return taken.seconds > 0 ? taken.tokens / taken.seconds : null;
    },
  };
}

/** Three digits are enough to see whether it is what was expected. */
function perSecond(rate: number): string {
  return rate >= 1000 ? Math.round(rate).toLocaleString("en") : rate.toPrecision(3);
}
