/** Not a test: a process that starts a training, tells its child's id and is killed after a step. */
import { runJob } from "../../src/engine/child-job.js";
import type { KilledParent } from "./killed-parent.js";

process.once("message", ({ worker, job, killAfter }: KilledParent) => {
  const onStep = ({ step }: { step: number }) => step === killAfter && process.kill(process.pid, "SIGKILL");
  void runJob(new URL(worker), "train", job, onStep, undefined, { onChild: ({ pid }) => process.send?.(pid) });
});
