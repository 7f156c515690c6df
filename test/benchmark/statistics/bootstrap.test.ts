import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bootstrap,
  bootstrapPValue,
  meanReplicates,
  percentileInterval,
  randomFor,
  type Statistic,
  standardError,
} from "../../../src/benchmark/statistics/bootstrap.js";
import { createRandom } from "../../../src/random.js";

const near = (a: number, b: number, by: number): void => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b} ± ${by}`);
const wholeOf = (values: readonly number[]): Int32Array[] => [Int32Array.from(values, (_, i) => i)];
const meanOf = (values: readonly number[]): Statistic => ({
  strata: wholeOf(values),
  of: (places) => places.reduce((sum, place) => sum + values[place]!, 0) / places.length,
});

test("percentiles and standard error as numpy's percentile and std(ddof=1)", () => {
  const values = Float64Array.of(0.31, -1.2, 4.5, 2.25, 0, 7.75, -3.5, 1.125, 2.5, 0.875, 6);
  near(percentileInterval(values)[0], -2.925, 1e-12);
  near(percentileInterval(values)[1], 7.3125, 1e-12);
  near(percentileInterval(values, 0.8)[0], -1.2, 1e-12);
  near(percentileInterval(values, 0.8)[1], 6, 1e-12);
  near(standardError(values), 3.2376952380583095, 1e-12);
});

test("the bootstrap of a mean: scipy.stats.bootstrap of 200,000 resamples (percentile)", () => {
  const values = Array.from({ length: 60 }, (_, i) => ((i * 7919) % 101) / 100);
  const replicates = bootstrap(meanOf(values), createRandom(5), 50_000);
  const [low, high] = percentileInterval(replicates);
  near(low, 0.4218333, 0.0015);
  near(high, 0.5715, 0.0015);
  near(standardError(replicates), 0.0381839, 0.0006);
});

test("paired differences: scipy's interval, error and share beyond zero", () => {
  const differences = Array.from({ length: 60 }, (_, i) => ((i * 104729) % 97) / 96 - ((i * 7919) % 101) / 100);
  const replicates = bootstrap(meanOf(differences), createRandom(2), 50_000);
  const [low, high] = percentileInterval(replicates);
  near(low, -0.1166184, 0.002);
  near(high, 0.0789795, 0.002);
  near(standardError(replicates), 0.0499937, 0.0008);
  near(bootstrapPValue(replicates), 0.69413, 0.015);
});

test("no difference at all has p 1, and no p is 0", () => {
  assert.equal(bootstrapPValue(new Float64Array(100)), 1);
  assert.equal(bootstrapPValue(new Float64Array(999).fill(0.5)), 2 / 1000);
});

test("strata keep their sizes, and each place is drawn from its own", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), fc.nat(), (sizes, seed) => {
      let next = 0;
      const strata = sizes.map((size) => Int32Array.from({ length: size }, () => next++));
      bootstrap(
        {
          strata,
          of: (places) => {
            let at = 0;
            for (const stratum of strata) for (const _ of stratum) assert.ok(stratum.includes(places[at++]!));
            assert.equal(at, places.length);
            return 0;
          },
        },
        createRandom(seed),
        5,
      );
    }),
  );
});

test("the same seed gives the same numbers; other names and seeds give others", () => {
  const values = Array.from({ length: 30 }, (_, i) => i % 7);
  const draw = (seed: number, name: string) => bootstrap(meanOf(values), randomFor(seed, name), 20);
  assert.deepEqual(draw(1, "rcb"), draw(1, "rcb"));
  assert.notDeepEqual(draw(1, "rcb"), draw(2, "rcb"));
  assert.notDeepEqual(draw(1, "rcb"), draw(1, "use"));
});

test("the mean of several, resample by resample", () => {
  assert.deepEqual(meanReplicates([Float64Array.of(1, 2), Float64Array.of(3, 6)]), Float64Array.of(2, 4));
  assert.equal(meanReplicates([]), undefined);
});

test("about 95 of 100 intervals hold the mean that the items were drawn around", () => {
  const random = createRandom(3);
  let holding = 0;
  for (let trial = 0; trial < 200; trial++) {
    const values = Array.from({ length: 120 }, () => (random.uniform() < 0.6 ? 1 : 0));
    const [low, high] = percentileInterval(bootstrap(meanOf(values), random, 400));
    if (low <= 0.6 && 0.6 <= high) holding++;
  }
  // Four standard errors of a share of 200.
  assert.ok(holding >= 178 && holding <= 199, `${holding} of 200`);
});
