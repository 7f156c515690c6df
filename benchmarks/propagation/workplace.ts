import path from "node:path";
import { packageRoot } from "../../src/package-root.js";
import { runProcess } from "../run-process.js";
import type { SolveJob, SolveRun } from "./ours.js";

export interface Workplace {
  folder: string;
  /** Of each side. */
  runs: number;
  threads: number;
  /** Blocks of the model that is propagated as a whole. */
  layers: number;
}

export interface Peer {
  name: string;
  solve(job: SolveJob): Promise<SolveRun>;
}

/** Null where no Python has scipy; `PYTHON` names one to try first. */
export async function findPeer(): Promise<Peer | null> {
  const script = path.join(packageRoot(), "benchmarks", "propagation", "peer.py");
  for (const python of [process.env.PYTHON, "/usr/bin/python3", "python3"]) {
    if (python === undefined) continue;
    const question = "import json, scipy.linalg, scipy; print(json.dumps(scipy.__version__))";
    const version = await runProcess<string>(python, ["-c", question], 1).catch(() => null);
    if (version === null) continue;
    const solve = (job: SolveJob): Promise<SolveRun> => runProcess(python, [script, JSON.stringify(job)], job.threads);
    return { name: `scipy ${version} lstsq (gelsy, float64)`, solve };
  }
  return null;
}
