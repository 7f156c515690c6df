/**
 * A thread of the WebAssembly build: runs the script that the package has for it, which wants CommonJS's
 * names. The package carries the script as a string with its escapes resolved; they are put back, as it
 * does itself for browsers.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";

const require = createRequire(import.meta.url);
const file = "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js";
const { wasmWorkerContents: script } = require(file) as { wasmWorkerContents: string };
const filename = fileURLToPath(import.meta.url);
Object.assign(globalThis, { require, __filename: filename, __dirname: path.dirname(filename) });
runInThisContext(script.replaceAll("\n", "\\n"), { filename });
