import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createWorkerPool } from "../src/worker-pool.js";
import type { DyingJob } from "./dying-worker.js";

const script = new URL("./dying-worker.js", import.meta.url);

test("a worker that dies while it waits is not given the next job", async () => {
  const pool = createWorkerPool<DyingJob, string>(script, null, 1);
  assert.equal(await pool.run("die_later"), "die_later");
  await wait(300);
  assert.equal(await pool.run("work"), "work");
  await pool.close();
});
