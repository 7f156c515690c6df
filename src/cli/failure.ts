import { LepError } from "../errors.js";
import { interrupted } from "./interruption.js";

const goesOn = "Nothing is lost: the same command goes on where this one ended.";

/** Says on stderr what went wrong and what to do, and ends with the contract's exit code. A stack only with --debug. */
export function fail(error: unknown): never {
  const known = error instanceof LepError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`lep: ${message}\n`);
  const hint = known ? (error.hint ?? (error.code === "run.interrupted" ? goesOn : undefined)) : undefined;
  if (hint !== undefined) process.stderr.write(`hint: ${hint}\n`);
  if (process.argv.includes("--debug") && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(exitCode(error));
}

function exitCode(error: unknown): number {
  if (interrupted()) return 130;
  return error instanceof LepError ? error.exitCode : 1;
}
