import { type BenchmarkEntry, entry } from "./report-entry.js";

/** By the name that the names of its entries begin with. */
export type EntryGroups<Work> = Readonly<Record<string, (work: Work) => Promise<BenchmarkEntry | BenchmarkEntry[]>>>;

/**
 * The entries of all groups, or of those that one of `only` names a part of (or an entry of). One that cannot be had is no reason to lose
 * the others: it is an entry that says why.
 */
export async function measureGroups<Work>(
  groups: EntryGroups<Work>,
  work: Work,
  only: readonly string[],
): Promise<BenchmarkEntry[]> {
  const entries: BenchmarkEntry[] = [];
  for (const [name, make] of Object.entries(groups)) {
    if (only.length > 0 && !only.some((text) => name.includes(text) || text.startsWith(name))) continue;
    process.stderr.write(`${name}\n`);
    const start = performance.now();
    try {
      entries.push(...[await make(work)].flat());
    } catch (cause) {
      const { message } = cause as Error;
      process.stderr.write(`${name}: ${message}\n`);
      entries.push(entry({ name, note: message }));
    }
    process.stderr.write(`${name}: ${Math.round((performance.now() - start) / 1000)} s in all\n`);
  }
  return entries;
}
