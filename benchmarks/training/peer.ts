/** The peer's side: PyTorch in a process of its own, the first of the machine's Pythons that has it. */
import { spawn } from "node:child_process";
import path from "node:path";
import { packageRoot } from "../../src/package-root.js";
import { adamw, batch, model, type Run } from "./shape.js";

export interface Peer {
  /** Name and version. */
  name: string;
  run(steps: number, threads: number): Promise<Run>;
}

const script = path.join(packageRoot(), "benchmarks", "training", "peer.py");

/** Null where no Python has PyTorch; `PYTHON` names one to try first. */
export async function findPeer(): Promise<Peer | null> {
  for (const python of [process.env.PYTHON, "python3", "/usr/bin/python3", "python"]) {
    if (python === undefined) continue;
    const version = await answerOf(python, ["-c", "import torch; print(torch.__version__)"], 1).catch(() => null);
    if (version === null) continue;
    return {
      name: `PyTorch ${version.trim()}`,
      async run(steps, threads) {
        const job = JSON.stringify({ ...model, ...batch, ...adamw, steps: steps + 1, threads });
        const run = JSON.parse(await answerOf(python, [script, job], threads)) as Run;
        return { ...run, seconds: run.seconds.slice(1) };
      },
    };
  }
  return null;
}

/** What a program prints; throws where it fails. Its BLAS may choose its threads before the script can. */
function answerOf(program: string, args: string[], threads: number): Promise<string> {
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [answer, complaints] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaints += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(answer);
      else reject(new Error(`${program} ended with ${code}: ${complaints.trim().split("\n").at(-1)}`));
    });
  });
}
