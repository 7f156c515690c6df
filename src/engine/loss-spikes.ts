/**
 * Loss spikes: a step's loss far above the running level, the median of the last 25 losses. How far losses
 * spread comes from the differences of successive ones among the last 100 (their median size · 1.4826 / √2, the standard
 * deviation, were the noise normal), so that a loss which falls steeply does not look like a noisy one.
 * OLMo-core's skip-step optimisers ask for 6 standard deviations over the mean of 128 steps; medians do not
 * move when spikes are among the losses, and no list of clean ones is needed.
 *
 * 8 spreads: losses of steps of a few blocks have a long upper tail. At 6, one of the 5,360 steps of the
 * embedded default's trainings (2 to 4 blocks a step) would have been reported, at 8 none. A tenth of the level and
 * 0.05 nats: what is less harms nothing, however small the spread. Not before 50 losses are there: until then
 * there are too few to know a spread from. A loss that stays high is the new level after 13 steps, so that
 * leaving out spikes cannot end a training.
 */
const levelWindow = 25;
const least = 50;
const spreads = 8;
const leastShare = 0.1;
const leastNats = 0.05;

/** How many of the last losses `levelBelowSpike` looks at. */
export const spikeWindow = 100;

/** The running level where `loss` is a spike over it, else null. `before`: the losses of the steps before, in their order. */
export function levelBelowSpike(before: readonly number[], loss: number): number | null {
  const last = before.slice(-spikeWindow);
  if (last.length < least) return null;
  const level = median(last.slice(-levelWindow));
  const differences = last.slice(1).map((value, i) => Math.abs(value - last[i]!));
  const spread = (1.4826 * median(differences)) / Math.SQRT2;
  return loss - level > Math.max(spreads * spread, leastShare * level, leastNats) ? level : null;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
