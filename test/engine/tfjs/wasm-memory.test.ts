import assert from "node:assert/strict";
import { it } from "node:test";
import { checkRoom, guardMemory } from "../../../src/engine/tfjs/wasm-memory.js";

it("an allocation that WebAssembly refuses is an error and not address 0", () => {
  const freed: number[] = [];
  const module = {
    _malloc: (bytes: number): number => (bytes > 100 << 20 ? 0 : bytes === 0 ? 0 : 64),
    _free: (at: number): void => void freed.push(at),
  };
  guardMemory(module);
  assert.equal(module._malloc(100 << 20), 64);
  assert.equal(module._malloc(0), 0);
  const refused = { name: "EngineError", code: "engine.out_of_memory", message: /^101 MiB/, hint: /micro_batch/ };
  assert.throws(() => module._malloc(101 << 20), refused);
  checkRoom(module, 8);
  assert.deepEqual(freed, [64]);
  assert.throws(() => checkRoom(module, 101 << 20), refused);
});
