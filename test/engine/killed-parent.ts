/** A training whose parent process is killed in the middle, and whether its child goes too. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TrainingJob } from "../../src/engine/engine.js";

export interface KilledParent {
  /** Of the engine, see serve-jobs.ts. */
  worker: string;
  job: TrainingJob;
  /** The step after which it is killed. */
  killAfter: number;
}

/** Fails where the child is still there ten seconds later, or has written a model. */
export async function killParentInTraining(killed: KilledParent): Promise<void> {
  const parent = fork(fileURLToPath(new URL("orphan-parent.js", import.meta.url)), [], { stdio: "ignore" });
  const child = await new Promise<number>((resolve) => {
    parent.on("message", (pid) => resolve(pid as number));
    parent.send(killed);
  });
  const [, signal] = (await once(parent, "exit")) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, "SIGKILL");
  for (let i = 0; i < 400 && isRunning(child); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  assert.ok(!isRunning(child));
  assert.ok(!existsSync(killed.job.output));
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended and waits to be collected still has its id, on Linux to be seen here.
    return !existsSync("/proc") || !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
