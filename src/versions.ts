import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./package-root.js";

/** Versions that a result depends on: lep, node and the pinned native libraries. */
export function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(path.join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return {
    lep: own.version,
    node: process.versions.node,
    "node-llama-cpp": own.dependencies["node-llama-cpp"] ?? "",
    tokenizers: own.dependencies.tokenizers ?? "",
  };
}
