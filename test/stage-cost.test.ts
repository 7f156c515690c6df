import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { withCost } from "../src/stage-cost.js";

const skip = process.platform !== "linux" && "processes below are seen on Linux only";

test("the memory of a process below counts", { skip }, async () => {
  const alone = await withCost(async () => "nothing");
  assert.equal(alone.result, "nothing");
  const script = "const held = Buffer.alloc(300 * 2 ** 20, 1); setTimeout(() => held.length, 900)";
  const { cost } = await withCost(() => once(spawn(process.execPath, ["-e", script]), "exit"));
  assert.ok(cost.peakMb > alone.cost.peakMb + 250, `${cost.peakMb} MiB, alone ${alone.cost.peakMb}`);
  assert.ok(cost.seconds > 0);
});
