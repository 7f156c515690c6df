/** Trains with the fake session in a process of its own, so that limits can be set for it. Argument: the job as JSON. */
import type { TrainingJob } from "../../src/engine/engine.js";
import { runTraining } from "./training-jobs.js";

runTraining(JSON.parse(process.argv[2]!) as TrainingJob).catch((error: Error & { code?: string }) => {
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
