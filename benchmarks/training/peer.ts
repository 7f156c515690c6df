/** The peer's side: PyTorch in a process of its own, the first of the machine's Pythons that has it. */
import { spawn } from "node:child_process";
import path from "node:path";
import { packageRoot } from "../../src/package-root.js";
import type { Run } from "./alternate.js";
import { adamw, type TrainingShape } from "./shapes.js";

export interface Peer {
  /** Name and version. */
  name: string;
  /** Whether PyTorch has a CUDA device. */
  cuda: boolean;
  run(shape: TrainingShape, steps: number, where: { threads: number; device?: "cpu" | "cuda" }): Promise<Run>;
}

const script = path.join(packageRoot(), "benchmarks", "training", "peer.py");

export const missingPeer = "PyTorch is not installed";

/** Null where no Python has PyTorch; `PYTHON` names one to try first. */
export async function findPeer(): Promise<Peer | null> {
  for (const python of [process.env.PYTHON, "python3", "/usr/bin/python3", "python"]) {
    if (python === undefined) continue;
    const question = "import torch; print(torch.__version__, torch.cuda.is_available())";
    const [version, cuda] = (await answerOf(python, ["-c", question], 1).catch(() => "")).trim().split(" ");
    if (cuda === undefined) continue;
    return {
      name: `PyTorch ${version}`,
      cuda: cuda === "True",
      async run({ config, blocks, length, rows }, steps, { threads, device = "cpu" }) {
        const trained_rows = rows === undefined ? config.vocab_size : rows.end - rows.first;
        const job = { ...config, ...adamw, blocks, length, trained_rows, steps: steps + 1, threads, device };
        const run = JSON.parse(await answerOf(python, [script, JSON.stringify(job)], threads)) as Run;
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
    child.on("close", (code, signal) => {
      if (code === 0) resolve(answer);
      else reject(new Error(`${program} ended with ${code ?? signal}: ${complaints.trim().split("\n").at(-1)}`));
    });
  });
}
