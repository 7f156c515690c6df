/** One line of a benchmark's result, as every benchmark prints them: a JSON array on stdout. */
export interface BenchmarkEntry {
  name: string;
  ours_s: number | null;
  peer: string | null;
  peer_s: number | null;
  /** ours_s / peer_s. */
  ratio: number | null;
  ours_peak_mb: number | null;
  peer_peak_mb: number | null;
  /** The ratio to reach, or null. */
  limit: number | null;
  value: number | null;
  unit: string | null;
  runs: number;
  note: string | null;
}

const empty: Omit<BenchmarkEntry, "name"> = {
  ours_s: null,
  peer: null,
  peer_s: null,
  ratio: null,
  ours_peak_mb: null,
  peer_peak_mb: null,
  limit: null,
  value: null,
  unit: null,
  runs: 1,
  note: null,
};

export function entry(fields: Partial<BenchmarkEntry> & { name: string }): BenchmarkEntry {
  return { ...empty, ...fields };
}

export function printEntries(entries: BenchmarkEntry[]): void {
  process.stdout.write(`${JSON.stringify(entries, null, 1)}\n`);
}
