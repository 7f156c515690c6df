/** Runs code in a process of its own with little memory: what grows without bound ends it. */
import { spawnSync } from "node:child_process";

export interface LimitedRun {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** `code` is a module's text, relative imports from the compiled tree's `src`; V8's heap has `heapMb`. */
export function runLimited(code: string, heapMb: number, args: readonly string[] = []): LimitedRun {
  const source = new URL("../../src/", import.meta.url).href;
  const text = code.replaceAll('from "src/', `from "${source}`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`--max-old-space-size=${heapMb}`, "--input-type=module", "--eval", text, ...args],
    { encoding: "utf8", timeout: 120_000, killSignal: "SIGKILL" },
  );
  return { status, stdout, stderr };
}
