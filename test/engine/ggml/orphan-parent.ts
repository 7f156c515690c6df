/** Not a test: a process that starts a training, tells its child's id and is killed after a step. */
import type { TrainingJob } from "../../../src/engine/engine.js";
import { runJob } from "../../../src/engine/ggml/engine.js";

process.once("message", ({ job, killAfter }: { job: TrainingJob; killAfter: number }) => {
  const onStep = ({ step }: { step: number }) => step === killAfter && process.kill(process.pid, "SIGKILL");
  void runJob("train", job, onStep, undefined, { onChild: ({ pid }) => process.send?.(pid) });
});
