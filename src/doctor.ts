/** What this machine can do, and what to do about a fault. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, totalmem } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import type { Device } from "./engine/engine.js";
import { prepareFfi } from "./engine/ggml/library.js";
import { type EngineName, getEngine } from "./engine/registry.js";
import { LepError } from "./errors.js";
import { startLlamaCpp } from "./model/llama-cpp.js";
import { packageRoot } from "./package-root.js";

export interface Finding {
  what: string;
  ok: boolean;
  found: string;
  /** What to do about it, where it is not well. */
  hint?: string;
}

const oldestNode = 20;

/** Looks at node, the native libraries and the devices. Never throws. */
export async function examine(): Promise<Finding[]> {
  const node = Number.parseInt(process.versions.node, 10);
  const cores = availableParallelism();
  return [
    check("node", node >= oldestNode, process.versions.node, `Install Node ${oldestNode} or newer.`),
    { what: "machine", ok: true, found: `${cores} cores, ${Math.round(totalmem() / 2 ** 30)} GB of memory` },
    works("better-sqlite3", "Run npm rebuild better-sqlite3 (needs python3, make and a C++ compiler).", () =>
      new Database(":memory:").close(),
    ),
    works("koffi", "Run npm ci again.", () => prepareFfi()),
    works("tokenizers", "Run npm ci with optional dependencies on.", () =>
      createRequire(import.meta.url)("tokenizers"),
    ),
    ...(await trainingDevices()),
    await llamaCpp(),
  ];
}

function check(what: string, ok: boolean, found: string, hint: string): Finding {
  return ok ? { what, ok, found } : { what, ok, found, hint };
}

function works(name: string, hint: string, probe: () => unknown): Finding {
  try {
    probe();
    return { what: name, ok: true, found: installedVersion(name) };
  } catch (error) {
    return { what: name, ok: false, found: (error as Error).message.split("\n")[0] ?? "", hint };
  }
}

/** Read from the package's file: not every package lets its package.json be imported. */
function installedVersion(name: string): string {
  const file = path.join(packageRoot(), "node_modules", name, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : "installed";
}

/** One after the other: the rate of a device is measured. */
async function trainingDevices(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const device of ["cpu", "cuda", "vulkan", "metal"] as const) findings.push(await trainingDevice("ggml", device));
  findings.push(await trainingDevice("tfjs", "auto"));
  return findings;
}

async function trainingDevice(engine: EngineName, device: Device): Promise<Finding> {
  const what = engine === "ggml" ? `training on ${device}` : "training with tfjs";
  try {
    const { name, description, free_bytes, unsupported, flops } = await getEngine(engine).examine(device);
    const rate = flops === null ? "" : `, ${(flops / 1e12).toPrecision(2)} TFLOP/s`;
    const found = `${name} (${description}), ${(free_bytes / 1e9).toFixed(1)} GB free${rate}`;
    if (unsupported.length === 0) return { what, ok: true, found };
    const lacks = `${found}; it lacks ${unsupported.join(", ")}`;
    return { what, ok: false, found: lacks, hint: "Choose another device." };
  } catch (error) {
    const hint = error instanceof LepError ? error.hint : undefined;
    return {
      what,
      ok: false,
      found: (error as Error).message.split("\n")[0] ?? "",
      ...(hint !== undefined && { hint }),
    };
  }
}

async function llamaCpp(): Promise<Finding> {
  const what = "answering (llama.cpp)";
  try {
    const started = await startLlamaCpp({ device: "auto", threads: 1 });
    const found = started.llama.gpu === false ? "cpu" : started.llama.gpu;
    await started.dispose();
    return { what, ok: true, found };
  } catch (error) {
    return { what, ok: false, found: (error as Error).message, hint: "Run npm ci with optional dependencies on." };
  }
}
