import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fuzzReaders } from "./fuzz-readers.js";
import { readers } from "./readers/registry.js";

const module = fileURLToPath(new URL("./readers/registry.js", import.meta.url));

// `npm run fuzz` gives each of them ten thousand.
test("every reader takes a damaged input or refuses it by name: 500 each, fewer where one takes long", async () => {
  const parts = Object.entries(readers).map(([reader, { slowness = 1 }]) => ({
    reader,
    inputs: Math.ceil(500 / slowness),
  }));
  const reports = await fuzzReaders({ module, parts, seed: 7 });
  for (const [i, { reader, inputs, refused, taken, causes }] of reports.entries()) {
    assert.deepEqual(causes, [], reader);
    assert.equal(inputs, parts[i]!.inputs, reader);
    // Damage that no reader minds, or that none survives, would test nothing.
    assert.ok(refused > 0 && taken > 0, `${reader}: ${refused} refused, ${taken} taken`);
  }
});
