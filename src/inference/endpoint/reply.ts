/** Parts of a server's JSON, which may be anything. */
import { malformed } from "./endpoint-errors.js";

/** The value at a path, or undefined where there is none. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== "object" || inner === null) return undefined;
    inner = (inner as Record<string | number, unknown>)[step];
  }
  return inner;
}

/** Throws `RequestFailure` where there is no array. */
export function arrayAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  if (Array.isArray(found)) return found;
  throw malformed(`no list at ${path.join(".")}`);
}

/** Servers compute in f32, in which a probability is 0 below this. */
const leastLog = Math.log(2 ** -149);

/** A log-probability. Throws `RequestFailure` where there is none. */
export function logAt(value: unknown, ...path: (string | number)[]): number {
  const found = at(value, ...path);
  if (typeof found !== "number" || Number.isNaN(found) || found > 1e-3) {
    throw malformed(`no log-probability at ${path.join(".")}`);
  }
  // vLLM and llama-server write a number of their own for the logarithm of 0.
  return found <= -9999 ? leastLog : Math.min(0, found);
}

/** Throws `RequestFailure` where there is no list of token ids. */
export function idsAt(value: unknown, ...path: (string | number)[]): number[] {
  const found = arrayAt(value, ...path);
  if (found.every((id): id is number => Number.isInteger(id) && (id as number) >= 0)) return found;
  throw malformed(`something that is no token id at ${path.join(".")}`);
}
