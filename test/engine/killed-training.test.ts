import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import type { TrainingJob, TrainingOptions } from "../../src/engine/engine.js";
import { temporaryFolder } from "./minute-model.js";
import { onMortalDisk } from "./mortal-disk.js";
import { createJob, leftBy, runTraining } from "./training-jobs.js";

const temporary = temporaryFolder();
after(temporary.remove);

/** Best after step 2, again after step 4, not after 6; regular checkpoints between: after 3 and 6. */
const restless: Partial<TrainingOptions> = {
  ...{ steps: 7, learning_rate: 0.3, schedule: "constant", evaluate_every: 2, keep: "best", checkpoint_every: 3 },
};
const jobAt = (name: string): TrainingJob => createJob(path.join(temporary.folder, name), { options: restless });

const whole = jobAt("whole");
const reference = runTraining(whole);

/** As `trainModel` starts a training, whether it is the first time or not. */
async function start(job: TrainingJob, dieAt: number): Promise<{ changes: number; died: boolean; steps: number[] }> {
  rmSync(job.output, { recursive: true, force: true });
  const steps: number[] = [];
  const outcome = await onMortalDisk(dieAt, async () => {
    const { warnings, result } = await runTraining(job, { onStep: ({ step }) => steps.push(step) });
    assert.deepEqual([...warnings, ...result.warnings], [], "a kill damages no checkpoint");
  });
  return { ...outcome, steps };
}

async function endsAsTheWhole(job: TrainingJob, killed: string): Promise<number[]> {
  const { died, steps } = await start(job, 0);
  assert.ok(!died);
  assert.deepEqual(leftBy(job), leftBy(whole), killed);
  assert.deepEqual(readdirSync(job.checkpoints).sort(), [
    "000000003.checkpoint",
    "000000006.checkpoint",
    "best-000000002.checkpoint",
    "best-000000004.checkpoint",
  ]);
  rmSync(path.dirname(job.checkpoints), { recursive: true });
  return steps;
}

test("killed in any change of a file, and some once more, a training ends with the bytes of one that was never killed", async () => {
  assert.equal((await reference).result.kept_step, 4);
  const { changes } = await start(jobAt("counted"), 0);
  assert.ok(changes > 30, `${changes} changes`);
  const continued = new Set<number>();
  for (let dieAt = 1; dieAt <= changes; dieAt++) {
    const job = jobAt("killed");
    assert.ok((await start(job, dieAt)).died);
    // All places of the second death come, each behind another first one.
    const again = dieAt % 2 === 1 ? 1 + ((dieAt * 7) % 24) : null;
    if (again !== null) await start(job, again);
    continued.add((await endsAsTheWhole(job, `killed in change ${dieAt}, then ${again}`))[0]!);
  }
  assert.deepEqual([...continued].sort(), [1, 4, 7]);
});
