/**
 * The headline of a task as a statistic of its samples. A task says what samples add up to (`aggregate`), which is too slow
 * for a thousand resamples of a hundred thousand samples. Faster forms are tried, and one is used where it gives the task's own
 * value on the samples and on some resamples of them; where none does, the task itself is asked.
 */
import { createRandom } from "../../random.js";
import type { JudgedSample, Task } from "../task.js";
import { countPlaces, drawPlaces, type Statistic } from "./bootstrap.js";
import { classStatistic } from "./class-statistic.js";

export interface Headline {
  metric: string;
  /** As it is stored; undefined: not yet known. */
  value?: number;
}

type Failed = Pick<JudgedSample, "meta">;
type Value = (samples: readonly JudgedSample[]) => number | undefined;

/**
 * `failed`: samples without an answer, as the task gets them. `task`: undefined where this version of lep does not know it or
 * scores otherwise; then only a plain mean can be told. `within`: strata to draw within, where that is not left to the form.
 * Null where the samples do not give the stored value.
 */
export function headlineStatistic(
  samples: readonly JudgedSample[],
  failed: readonly Failed[],
  headline: Headline,
  task: Pick<Task, "aggregate"> | undefined,
  within?: readonly Int32Array[],
): Statistic | null {
  if (samples.length === 0) return null;
  const whole = within ?? [Int32Array.from({ length: samples.length }, (_, i) => i)];
  if (task === undefined) return plainMean(samples, headline, whole);
  const aggregate: (some: readonly JudgedSample[], failed: readonly Failed[]) => ReturnType<Task["aggregate"]> =
    task.aggregate.bind(task);
  const value: Value = (some) => aggregate(some, failed)[headline.metric]?.value;
  if (headline.value !== undefined && !same(value(samples), headline.value)) return null;
  for (const form of forms(samples, headline, value, within)) {
    if (agrees(form, samples, value)) return form;
  }
  return { strata: whole, of: (places) => value(at(samples, places)) ?? Number.NaN };
}

const same = (a: number | undefined, b: number): boolean => a !== undefined && Math.abs(a - b) <= 1e-9;
const at = (samples: readonly JudgedSample[], places: Int32Array): JudgedSample[] =>
  Array.from(places, (place) => samples[place]!);

function plainMean(
  samples: readonly JudgedSample[],
  { metric, value }: Headline,
  strata: readonly Int32Array[],
): Statistic | null {
  const shares = Float64Array.from(samples, ({ metrics }) => (metrics[metric] ?? Number.NaN) / samples.length);
  const mean = shares.reduce((sum, share) => sum + share, 0);
  return same(mean, value ?? mean) ? sumOfShares(shares, strata) : null;
}

/** With fewer samples a form may agree by chance; the task itself is quick then. */
const fewest = 20;
/** Within fewer, draws would vary too little: by a fifth with these, and not at all within one. Then items are drawn over all. */
const fewestWithin = 5;
/** What items may be drawn within: subjects and variants of an exam keep their weights. */
const groupings = ["", "subject", "category", "variant"];

function* forms(
  samples: readonly JudgedSample[],
  { metric }: Headline,
  value: Value,
  within: readonly Int32Array[] | undefined,
): Generator<Statistic> {
  if (samples.length < fewest) return;
  const all = Object.keys(samples[0]!.metrics);
  const names = all.includes(metric) ? [metric] : all;
  if (metric !== "accuracy") {
    for (const form of classStatistic(samples, metric)) yield { ...form, strata: within ?? form.strata };
  }
  for (const grouping of within === undefined ? groupings : [""]) {
    if (grouping !== "" && samples[0]!.meta[grouping] === undefined) continue;
    const strata = within ?? strataOf(samples, grouping);
    if (within === undefined && grouping !== "" && strata.some(({ length }) => length < fewestWithin)) continue;
    for (const name of names) yield weightedSum(samples, name, strata, value);
  }
}

function strataOf(samples: readonly JudgedSample[], grouping: string): Int32Array[] {
  const groups = new Map<string, number[]>();
  for (const [place, { meta }] of samples.entries()) {
    const key = grouping === "" ? "" : String(meta[grouping]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  return [...groups.values()].map((places) => Int32Array.from(places));
}

/** What a stratum counts is what the task makes of it where all metrics of its samples are 1, and of all others 0. */
function weightedSum(
  samples: readonly JudgedSample[],
  name: string,
  strata: readonly Int32Array[],
  value: Value,
): Statistic {
  const shares = new Float64Array(samples.length);
  const ones = samples.map((sample) => withAll(sample, 1));
  const marked = samples.map((sample) => withAll(sample, 0));
  for (const stratum of strata) {
    const zeros = Array.from(stratum, (place) => marked[place]!);
    for (const place of stratum) marked[place] = ones[place]!;
    const weight = (value(marked) ?? Number.NaN) / stratum.length;
    for (const [i, place] of stratum.entries()) {
      marked[place] = zeros[i]!;
      shares[place] = weight * (samples[place]!.metrics[name] ?? Number.NaN);
    }
  }
  return sumOfShares(shares, strata);
}

const withAll = (sample: JudgedSample, value: number): JudgedSample => ({
  ...sample,
  metrics: Object.fromEntries(Object.keys(sample.metrics).map((name) => [name, value])),
});

function sumOfShares(shares: Float64Array, strata: readonly Int32Array[]): Statistic {
  const of = (places: Int32Array): number => {
    let sum = 0;
    for (let i = 0; i < places.length; i++) sum += shares[places[i]!]!;
    return sum;
  };
  return { strata, of };
}

/** How often a form is compared with the task itself. */
const probes = 6;

function agrees(form: Statistic, samples: readonly JudgedSample[], value: Value): boolean {
  const places = new Int32Array(countPlaces(form.strata));
  let filled = 0;
  for (const stratum of form.strata) {
    places.set(stratum, filled);
    filled += stratum.length;
  }
  if (!same(value(samples), form.of(places))) return false;
  const random = createRandom(1);
  for (let probe = 0; probe < probes; probe++) {
    drawPlaces(form.strata, random, places);
    if (!same(value(at(samples, places)), form.of(places))) return false;
  }
  return true;
}
