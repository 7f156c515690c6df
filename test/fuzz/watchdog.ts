/**
 * A thread beside the reader, which sees what the reader's own thread cannot when it never returns: ends the process where an
 * input takes too long or too much memory, after it has written down why.
 */
import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { FindingKind, FuzzLimits } from "./fuzz-job.js";

export interface WatchdogData {
  /** [number of the input + 1, 0 between inputs; number of the reader]. */
  state: SharedArrayBuffer;
  readers: string[];
  findings: number;
  limits: FuzzLimits;
}

const { state, readers, findings, limits } = workerData as WatchdogData;
const [input, reader] = [0, 1];
const shared = new Int32Array(state);
/** A read that waits for nothing takes no processor time either. */
const patience = 3;

let watched = 0;
let since = { wall: 0, cpu: 0 };
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function end(index: number, kind: FindingKind, fault: string): void {
  const finding = { reader: readers[shared[reader]!]!, index, kind, fault };
  writeSync(findings, `${JSON.stringify(finding)}\n`);
  process.kill(process.pid, "SIGKILL");
}

function look(): void {
  const now = shared[input]!;
  if (now !== watched) {
    watched = now;
    since = { wall: performance.now(), cpu: cpuSeconds() };
  }
  if (now === 0) return;
  const resident = process.memoryUsage.rss() / 2 ** 20;
  if (resident > limits.residentMb) end(now - 1, "memory", `more than ${limits.residentMb} MB resident`);
  const cpu = cpuSeconds() - since.cpu;
  const wall = (performance.now() - since.wall) / 1000;
  if (cpu > limits.seconds) end(now - 1, "hang", `more than ${limits.seconds} s of processor time`);
  if (wall > patience * limits.seconds && cpu < limits.seconds / 10) end(now - 1, "hang", "waits for ever");
}

setInterval(look, 20);
parentPort?.postMessage("ready");
