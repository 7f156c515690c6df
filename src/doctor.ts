/** What this machine can do, and what to do about a fault. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, totalmem } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import type { Device } from "./engine/engine.js";
import { openBackend } from "./engine/ggml/backend.js";
import { prepareFfi } from "./engine/ggml/library.js";
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
    ...(["cpu", "cuda", "vulkan", "metal"] as const).map(engineDevice),
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

function engineDevice(device: Exclude<Device, "auto">): Finding {
  const what = `training on ${device}`;
  try {
    return { what, ok: true, found: openBackend(device, 1).name };
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
