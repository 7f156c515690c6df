/** How fast a device is with the products that a model's blocks consist of: a small model does not reach a large one's rate. */
import { parseModelConfig } from "../../model/config.js";
import type { DeviceSpeed, SpeedJob } from "../engine.js";
import { openBackend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { timeProduct } from "./peak-flops.js";

/** A product of the feed-forward layer takes no more operations than this, so that a slow CPU is done in a second. */
const mostOperations = 2e10;
const fewestTokens = 32;
/** A short product is repeated: beside other work the first few may all be interrupted. */
const repeatedOperations = 4e10;
const mostRuns = 100;
/** Beyond every cache. */
const copiedBytes = 64e6;

/** Throws `EngineError` where there is no such device. */
export async function measureSpeed({ config: raw, precision, tokens, compute }: SpeedJob): Promise<DeviceSpeed> {
  const { hidden_size: width, intermediate_size: inner } = parseModelConfig(raw, "config.json");
  const backend = openBackend(compute.device, compute.threads, precision === "f32");
  const { name, description, isCpu } = backend;
  const most = isCpu ? Math.max(fewestTokens, Math.floor(mostOperations / (2 * width * inner))) : tokens;
  const columns = Math.min(tokens, most);
  const type = precision === "f32" ? ggmlType.F32 : ggmlType.BF16;
  const operations = 2 * width * inner * columns;
  const runs = Math.min(mostRuns, Math.ceil(repeatedOperations / operations));
  const milliseconds = await timeProduct(backend, { inner: width, rows: inner, columns }, type, runs);
  const speed = { flops: (1000 * operations) / milliseconds, bandwidth: isCpu ? copyRate() : null };
  return { name, description, free_bytes: backend.freeMemory(), ...speed };
}

/** Bytes read and written a second, the best of a few copies on one thread. */
function copyRate(): number {
  const from = Buffer.alloc(copiedBytes, 1);
  const to = Buffer.alloc(copiedBytes);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    from.copy(to);
    best = Math.min(best, performance.now() - start);
  }
  return (2000 * copiedBytes) / best;
}
