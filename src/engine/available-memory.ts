import { freemem } from "node:os";

/** Bytes that this process may still take, files in the page cache not counted as taken; Node before 20.13 knows only what is free. */
export function availableMemory(): number {
  return process.availableMemory?.() ?? freemem();
}
