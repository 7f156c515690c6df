import assert from "node:assert/strict";
import { test } from "node:test";
import { learningRate, scheduleNames } from "../../src/engine/schedule.js";

const base = { learning_rate: 0.4, final_learning_rate_share: 0.25, warmup_steps: 2, decay_share: 0.3, steps: 10 };
const close = (actual: number, expected: number, label: string): void =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${label}: ${actual}, not ${expected}`);

// By hand: half and full rate in the warm-up, then 0.1 + 0.3 · f with f after 1/8 … 8/8 of the way.
const expected = {
  linear: [0.2, 0.4, 0.3625, 0.325, 0.2875, 0.25, 0.2125, 0.175, 0.1375, 0.1],
  constant: [0.2, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4],
  // The last 3 of 10 steps.
  wsd: [0.2, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.3, 0.2, 0.1],
};

test("linear, constant and wsd as counted by hand", () => {
  for (const [schedule, rates] of Object.entries(expected)) {
    for (const [i, rate] of rates.entries()) {
      close(learningRate(i + 1, { ...base, schedule: schedule as "wsd" }), rate, `${schedule}, step ${i + 1}`);
    }
  }
});

test("cosine: half of the way at the mean of both ends, cos 45° after a quarter", () => {
  const cosine = { ...base, schedule: "cosine" as const };
  close(learningRate(1, cosine), 0.2, "warm-up");
  close(learningRate(2, cosine), 0.4, "peak");
  close(learningRate(4, cosine), 0.1 + 0.15 * (1 + Math.SQRT1_2), "a quarter");
  close(learningRate(6, cosine), 0.25, "half");
  close(learningRate(10, cosine), 0.1, "end");
});

test("one step is a step at the full rate, with and without warm-up", () => {
  for (const schedule of scheduleNames) {
    for (const warmup_steps of [0, 1]) {
      close(learningRate(1, { ...base, schedule, warmup_steps, steps: 1 }), 0.4, `${schedule} ${warmup_steps}`);
    }
  }
});

test("without warm-up the first step has the full rate and the last the final one", () => {
  for (const schedule of scheduleNames) {
    const options = { ...base, schedule, warmup_steps: 0 };
    close(learningRate(1, options), 0.4, schedule);
    close(learningRate(10, options), schedule === "constant" ? 0.4 : 0.1, schedule);
  }
});

test("a warm-up as long as the training or longer only rises", () => {
  for (const schedule of scheduleNames) {
    const rates = [1, 2, 3, 4].map((step) => learningRate(step, { ...base, schedule, warmup_steps: 5, steps: 4 }));
    for (const [i, rate] of rates.entries()) close(rate, 0.08 * (i + 1), `${schedule}, step ${i + 1}`);
    close(learningRate(4, { ...base, schedule, warmup_steps: 4, steps: 4 }), 0.4, schedule);
  }
});

test("wsd: a decay longer than what the warm-up leaves begins behind it, and shares of steps are whole", () => {
  const long = { ...base, schedule: "wsd" as const, decay_share: 1, warmup_steps: 6 };
  const rates = [6, 7, 8, 9, 10].map((step) => learningRate(step, long));
  for (const [i, rate] of rates.entries()) close(rate, 0.4 - (0.3 * i) / 4, `step ${6 + i}`);
  // 0.1 · 30 is a little more than 3 in floating point: the decay still has three steps.
  const tenth = { ...base, schedule: "wsd" as const, decay_share: 0.1, steps: 30 };
  close(learningRate(27, tenth), 0.4, "before the decay");
  close(learningRate(28, tenth), 0.3, "first of it");
  // The share of few steps is less than one step; one it is.
  close(learningRate(4, { ...tenth, steps: 4 }), 0.1, "last of four");
});
