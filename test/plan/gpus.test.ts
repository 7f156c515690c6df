import assert from "node:assert/strict";
import { test } from "node:test";
import { findGpu, gpuNamedIn } from "../../src/plan/gpus.js";

test("a GPU by name, however it is written", () => {
  assert.equal(findGpu("h100").name, "H100");
  assert.equal(findGpu("A100 80gb").memory, 80e9);
  assert.equal(findGpu("rtx4090").name, "RTX-4090");
});

test("an unknown name: the error lists the known ones", () => {
  assert.throws(() => findGpu("H101"), { code: "plan.unknown_gpu", exitCode: 2, hint: /A100-80GB.*H100, .*RTX-4090/ });
});

test("a device's own description names it", () => {
  assert.equal(gpuNamedIn("NVIDIA A100-SXM4-80GB")?.name, "A100-80GB");
  assert.equal(gpuNamedIn("NVIDIA H100 PCIe")?.name, "H100-PCIe");
  assert.equal(gpuNamedIn("NVIDIA H100 80GB HBM3")?.name, "H100");
  assert.equal(gpuNamedIn("AMD EPYC"), undefined);
});
