/** The processor's own energy counters (Linux powercap, RAPL), which count microjoules and begin anew at a limit. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const powercap = "/sys/class/powercap";

export interface EnergyReading {
  /** Joules since the reading. A counter that has begun anew more than once in between counts too little. */
  since(): number;
}

/** Of all packages together; null where there is no counter, or no right to read it. `root` is where the counters are. */
export function readEnergy(root = powercap): EnergyReading | null {
  const counters = packages(root);
  const before = counters.map(read);
  if (counters.length === 0 || before.includes(null)) return null;
  return {
    since: () =>
      counters.reduce((sum, counter, i) => {
        const change = (read(counter) ?? before[i]!) - before[i]!;
        return sum + (change < 0 ? change + counter.limit : change) / 1e6;
      }, 0),
  };
}

interface Counter {
  file: string;
  limit: number;
}

/** Whole packages only (intel-rapl:0): what lies below them (intel-rapl:0:0) is counted in them. */
function packages(root: string): Counter[] {
  try {
    return readdirSync(root)
      .filter((name) => /^[a-z-]+rapl:\d+$/.test(name))
      .sort()
      .map((name) => ({
        file: path.join(root, name, "energy_uj"),
        limit: Number(readFileSync(path.join(root, name, "max_energy_range_uj"), "utf8")),
      }));
  } catch {
    return [];
  }
}

function read({ file }: Counter): number | null {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
