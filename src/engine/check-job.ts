/** Options come through a recipe, which is validated; a library user's mistake must not become an endless loop or a lost result. */
import { EngineError } from "../errors.js";
import type { TrainingJob } from "./engine.js";

/** Throws `EngineError` `engine.options`. */
export function checkJob({ rows, options, validation }: TrainingJob): void {
  let end = 0;
  for (const { first, end: next } of rows) {
    const fits = Number.isInteger(first) && Number.isInteger(next) && end <= first && first < next;
    if (!fits) throw wrong(`rows ${first} to ${next} are no range`);
    end = next;
  }
  const { steps, blocks_per_step, micro_batch, evaluate_every, checkpoint_every } = options;
  for (const [name, value] of Object.entries({ rows: end, steps, blocks_per_step, micro_batch })) {
    if (!(Number.isInteger(value) && value > 0)) throw wrong(`${name} is ${value}, not a whole number above 0`);
  }
  for (const [name, value] of Object.entries({ evaluate_every, checkpoint_every })) {
    if (!(Number.isInteger(value) && value >= 0)) throw wrong(`${name} is ${value}, not a whole number or 0`);
  }
  if (evaluate_every > 0 && validation === undefined) throw wrong("evaluate_every needs validation data");
  if (options.keep === "best" && evaluate_every === 0) throw wrong("keep: best needs evaluate_every");
}

const wrong = (message: string): EngineError => new EngineError("engine.options", message, { exitCode: 2 });
