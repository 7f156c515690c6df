/**
 * `npm run --silent fuzz -- [--inputs N] [--seed N] [--only NAME,…] [--keep DIR]`: every reader over so many mutated inputs, a
 * process each. A JSON line a reader on stdout; exit code 1 where anything was found.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packageRoot } from "../../src/package-root.js";
import { fuzzReaders } from "./fuzz-readers.js";
import { readers } from "./readers/registry.js";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    keep: { type: "string", default: path.join(packageRoot(), "runs", "fuzz") },
  },
});
const names = values.only === undefined ? Object.keys(readers) : values.only.split(",");
const unknown = names.filter((name) => !Object.hasOwn(readers, name));
if (unknown.length > 0) throw new Error(`unknown ${unknown.join(", ")}; readers: ${Object.keys(readers).join(", ")}`);

const module = fileURLToPath(new URL("./readers/registry.js", import.meta.url));
for (const reader of names) {
  const parts = [{ reader, inputs: Number(values.inputs) }];
  const [report] = await fuzzReaders({ module, parts, seed: Number(values.seed), keep: values.keep });
  console.log(JSON.stringify(report));
  if (report!.findings > 0) process.exitCode = 1;
}
