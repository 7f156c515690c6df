import { type RescoreOptions, rescore } from "../benchmark/rescore.js";
import type { Output } from "./output.js";
import { withProgress } from "./with-progress.js";

/** `lep eval --rescore`. */
export async function rescoreAndTell(options: Omit<RescoreOptions, "signal">, output: Output): Promise<void> {
  const all = await withProgress((progress, signal) =>
    rescore({ ...options, signal }, (rescored) => output.event({ event: "rescored", ...rescored }), progress),
  );
  for (const { model, task, from, to, answers, before, after } of all) {
    const values = Object.entries(after).map(([metric, value]) => {
      const was = before[metric];
      return `${metric} ${was === undefined ? "" : `${was.toFixed(3)} → `}${value.toFixed(3)}`;
    });
    output.line(`${model}, ${task}: version ${from} → ${to}, ${answers} answers, ${values.join(", ")}`);
  }
  output.event({ event: "rescoring_done", tasks: all.length });
  if (all.length === 0) output.line("every answer has been judged by the present metrics");
}
