import assert from "node:assert/strict";
import { test } from "node:test";
import { levelBelowSpike, spikeWindow } from "../../src/engine/loss-spikes.js";
import { createRandom } from "../../src/random.js";

/** Steps (from 1) with a spike. */
function spikesIn(losses: readonly number[]): number[] {
  return losses.flatMap((loss, i) =>
    levelBelowSpike(losses.slice(Math.max(0, i - spikeWindow), i), loss) === null ? [] : [i + 1],
  );
}

const series = (steps: number, loss: (step: number) => number): number[] =>
  Array.from({ length: steps }, (_, i) => loss(i + 1));

/** As a training from random weights falls: from 8.5 to 2.5 nats. */
const falling = (step: number): number => 2.5 + 6 * Math.exp(-step / 150);

test("ordinary noise is none, small or large, while the loss falls and when it lies still", () => {
  const random = createRandom(1);
  const noises: Record<string, (step: number) => number> = {
    none: (step) => falling(step),
    small: (step) => falling(step) + 0.01 * random.normal(),
    large: (step) => falling(step) + 0.3 * random.normal(),
    "near zero": () => 0.002 * Math.exp(0.5 * random.normal()),
  };
  for (const [name, loss] of Object.entries(noises)) assert.deepEqual(spikesIn(series(5000, loss)), [], name);
});

test("noise with the long upper tail of small batches is one in less than one of 10,000 steps", () => {
  const random = createRandom(1);
  for (const size of [0.1, 0.2, 0.25]) {
    const found = spikesIn(series(30_000, (step) => falling(step) * Math.exp(size * random.normal())));
    assert.ok(found.length < 3, `log-normal, ${size}: ${found}`);
  }
});

test("a warm-up in which the loss first rises is none, nor is a plateau that ends", () => {
  const random = createRandom(2);
  const rising = series(
    400,
    (step) => 6 + Math.min(step, 60) / 30 - Math.max(0, step - 60) / 200 + 0.1 * random.normal(),
  );
  assert.deepEqual(spikesIn(rising), []);
  const plateau = series(
    600,
    (step) => (step < 300 ? 7 : 3 + 4 * Math.exp((300 - step) / 40)) + 0.05 * random.normal(),
  );
  assert.deepEqual(spikesIn(plateau), []);
});

test("what is far above is found at its step, one or several in a row, and does not hide the next", () => {
  const random = createRandom(3);
  const spikes = new Map([
    [80, 1.5],
    [300, 3],
    [301, 2.5],
    [302, 2],
    [330, 1],
    [900, 0.6],
  ]);
  const losses = series(1000, (step) => falling(step) + 0.04 * random.normal() + (spikes.get(step) ?? 0));
  assert.deepEqual(spikesIn(losses), [...spikes.keys()]);
  const level = levelBelowSpike(losses.slice(0, 899), losses[899]!)!;
  assert.ok(Math.abs(level - 2.52) < 0.03, `${level}`);
});

test("a loss that stays high is the new level after 13 steps", () => {
  const random = createRandom(4);
  const losses = series(600, (step) => (step < 300 ? 2 : 3) + 0.02 * random.normal());
  const steps = spikesIn(losses);
  assert.deepEqual(
    steps,
    Array.from({ length: 13 }, (_, i) => 300 + i),
  );
});

test("the first fifty steps have no level", () => {
  const losses = [...series(49, () => 2), 50];
  assert.deepEqual(spikesIn(losses), []);
  assert.equal(
    levelBelowSpike(
      series(50, () => 2),
      50,
    ),
    2,
  );
});
