/** Not a test: a process that starts a training, tells its child's id and is killed after a step. */
import { runJob } from "../../src/engine/child-job.js";
import type { TrainingJob } from "../../src/engine/engine.js";

const worker = new URL("fake-worker.js", import.meta.url);

process.once("message", ({ job, killAfter }: { job: TrainingJob; killAfter: number }) => {
  const onStep = ({ step }: { step: number }) => step === killAfter && process.kill(process.pid, "SIGKILL");
  void runJob(worker, "train", job, onStep, undefined, { onChild: ({ pid }) => process.send?.(pid) });
});
