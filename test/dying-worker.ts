/** A worker that dies a moment after it has done a job of one kind. */
import { parentPort } from "node:worker_threads";
import { serveJobs } from "../src/worker-pool.js";

export type DyingJob = "work" | "die_later";

if (parentPort !== null) {
  serveJobs<null, DyingJob, string>(() => (job) => {
    if (job === "die_later") {
      setTimeout(() => {
        throw new Error("died idle");
      }, 20);
    }
    return { result: job, transfer: [] };
  });
}
