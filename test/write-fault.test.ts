import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { LepError } from "../src/errors.js";
import { writeFault, writing } from "../src/write-fault.js";

const full = "/dev/full";

test("a full disk is named with the place that was written", { skip: !existsSync(full) && `no ${full}` }, () => {
  const isNamed = (error: unknown): boolean =>
    error instanceof LepError &&
    error.code === "output.write_failed" &&
    error.exitCode === 1 &&
    error.message.startsWith("runs/x/model.safetensors: cannot be written: ENOSPC") &&
    /disk is full/.test(error.hint ?? "");
  assert.throws(() => writing("runs/x/model.safetensors", () => writeFileSync(full, "text")), isNamed);
});

test("errors that are not the operating system's stay as they are", () => {
  const own = new LepError("a.b", "text");
  for (const error of [own, new RangeError("x"), new Error("y"), "text", null])
    assert.equal(writeFault("p", error), error);
  assert.equal(
    writing("p", () => 3),
    3,
  );
});
