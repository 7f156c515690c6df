/** Not a test: a process that starts a training, tells its child's id and waits to be killed. */
import type { TrainingJob } from "../../../src/engine/engine.js";
import { runJob } from "../../../src/engine/ggml/engine.js";

process.once("message", (job: TrainingJob) => {
  let pid: number | undefined;
  void runJob("train", job, ({ step }) => step === 3 && process.send?.(pid), undefined, {
    onChild: (child) => {
      pid = child.pid;
    },
  });
});
