import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Runs a program that prints one JSON object; throws where it fails. Its BLAS may use `threads` threads. */
export function runProcess<T>(program: string, args: readonly string[], threads: number): Promise<T> {
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    let answer = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(answer) as T);
      else reject(new Error(`${path.basename(program)} ended with ${code ?? signal}`));
    });
  });
}

/** A compiled script, by its address. */
export const runNode = <T>(script: URL, job: unknown, threads: number): Promise<T> =>
  runProcess(process.execPath, [fileURLToPath(script), JSON.stringify(job)], threads);
