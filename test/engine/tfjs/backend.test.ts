import assert from "node:assert/strict";
import { it } from "node:test";
import type { Device } from "../../../src/engine/engine.js";
import { type Backend, chooseBackend, openBackend } from "../../../src/engine/tfjs/backend.js";

/** Imports as Node does where only these packages are installed. */
const having =
  (...installed: string[]) =>
  async (name: string): Promise<unknown> => {
    if (installed.includes(name)) return {};
    const message = `Cannot find package '${name}' imported from backend.js`;
    throw Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
  };

const gpu = "@tensorflow/tfjs-node-gpu";
const node = "@tensorflow/tfjs-node";

it("a package of TensorFlow goes before WebAssembly, the one for GPUs only where the device lets it", async () => {
  const expected: [device: Device, installed: string[], backend: Backend][] = [
    ["auto", [], "wasm"],
    ["cpu", [], "wasm"],
    ["auto", [node], "node"],
    ["cpu", [node, gpu], "node"],
    ["cpu", [gpu], "wasm"],
    ["auto", [node, gpu], "gpu"],
    ["cuda", [node, gpu], "gpu"],
  ];
  for (const [device, installed, backend] of expected) {
    assert.equal(await chooseBackend(device, having(...installed)), backend, `${device}, ${installed}`);
  }
});

it("cuda without its package is an error that names it", async () => {
  await assert.rejects(chooseBackend("cuda", having(node)), {
    name: "EngineError",
    code: "engine.device",
    message: /@tensorflow\/tfjs-node-gpu/,
  });
});

it("a package that is there and cannot be loaded is not passed over", async () => {
  const load = async (): Promise<never> => {
    throw Object.assign(new Error("libtensorflow.so.2: cannot open shared object file"), { code: "ERR_DLOPEN_FAILED" });
  };
  await assert.rejects(chooseBackend("cpu", load), {
    name: "EngineError",
    code: "engine.library_missing",
    message: /tfjs-node is installed.*libtensorflow/,
  });
  // One of its own dependencies is missing.
  const incomplete = async (): Promise<never> => {
    throw Object.assign(new Error("Cannot find package 'long'"), { code: "ERR_MODULE_NOT_FOUND" });
  };
  await assert.rejects(chooseBackend("cpu", incomplete), { code: "engine.library_missing" });
});

it("vulkan and metal are refused", async () => {
  for (const device of ["vulkan", "metal"] as const) {
    await assert.rejects(openBackend({ device, threads: 1 }), {
      name: "EngineError",
      code: "engine.device",
      exitCode: 2,
      message: new RegExp(device),
      hint: /ggml/,
    });
  }
});
