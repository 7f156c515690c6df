/**
 * The order in which prompts are answered so that what they begin with is computed once: prompts sorted by their
 * ids form a tree, and a walk through it decodes every shared stretch one time. Few-shot examples stand in front of
 * the question, so that all questions of a subject share them.
 */

/** Prompts that begin with the same `depth` ids, which are computed before any of them. */
export interface PromptUnit {
  depth: number;
  /** Indices of the prompts, the longest first. */
  members: number[];
}

/** Ids of a prompt that are never taken from another, so that what is decoded has enough columns (`fewestColumns`). */
export const ownIds = 4;
/** A shared stretch shorter than this costs more as a batch of its own than it saves. */
const worthwhile = 24;
/** Members of a unit: several processors can work on one family of prompts. */
const largestUnit = 32;

/**
 * Units in the order in which one processor computes least: a unit's prefix extends that of an earlier one wherever it
 * can. Families of prompts with most ids come first, so that no long one is left for the end. A depth is a multiple of `step`.
 */
export function planUnits(prompts: readonly (readonly number[])[], step: number): PromptUnit[] {
  const sharable = (a: readonly number[], b: readonly number[]): number => {
    const most = Math.max(0, Math.min(commonLength(a, b), a.length - ownIds, b.length - ownIds));
    return most - (most % step);
  };
  const order = prompts.map((_, index) => index).sort((a, b) => compareIds(prompts[a]!, prompts[b]!) || a - b);
  const shared = order.map((index, i) => (i === 0 ? 0 : sharable(prompts[order[i - 1]!]!, prompts[index]!)));
  const units: PromptUnit[] = [];
  const walk = (low: number, high: number, depth: number, into: PromptUnit[]): void => {
    const leaves: number[] = [];
    const families: PromptUnit[][] = [];
    for (let first = low; first < high; ) {
      let next = first + 1;
      let common = Number.POSITIVE_INFINITY;
      for (; next < high && shared[next]! - depth >= worthwhile; next++) common = Math.min(common, shared[next]!);
      if (next === first + 1) {
        leaves.push(order[first]!);
      } else {
        const family: PromptUnit[] = [];
        walk(first, next, common, family);
        families.push(family);
      }
      first = next;
    }
    leaves.sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
    for (let i = 0; i < leaves.length; i += largestUnit)
      into.push({ depth, members: leaves.slice(i, i + largestUnit) });
    const sizes = new Map(families.map((family) => [family, idsOf(family, prompts)]));
    families.sort((a, b) => sizes.get(b)! - sizes.get(a)!);
    for (const family of families) into.push(...family);
  };
  walk(0, order.length, 0, units);
  return units;
}

/** Every prompt by itself, the longest first. */
export function separateUnits(prompts: readonly (readonly number[])[]): PromptUnit[] {
  const order = prompts.map((_, index) => index);
  order.sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
  return order.map((index) => ({ depth: 0, members: [index] }));
}

/** How many ids two lists begin with in common. */
export function commonLength(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

const idsOf = (units: readonly PromptUnit[], prompts: readonly (readonly number[])[]): number =>
  units.reduce(
    (total, { depth, members }) => members.reduce((sum, index) => sum + prompts[index]!.length - depth, total + depth),
    0,
  );

function compareIds(a: readonly number[], b: readonly number[]): number {
  const common = commonLength(a, b);
  return (a[common] ?? -1) - (b[common] ?? -1);
}
