import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readEnergy } from "../src/energy-counter.js";

const root = mkdtempSync(path.join(tmpdir(), "lep-energy-"));
after(() => rmSync(root, { recursive: true, force: true }));

function set(name: string, energy: number, limit = 1_000_000_000): void {
  mkdirSync(path.join(root, name), { recursive: true });
  writeFileSync(path.join(root, name, "energy_uj"), `${energy}\n`);
  writeFileSync(path.join(root, name, "max_energy_range_uj"), `${limit}\n`);
}

test("joules of all packages, without what lies inside of them, across a counter's limit", () => {
  set("intel-rapl:0", 5_000_000);
  set("intel-rapl:1", 990_000_000);
  set("intel-rapl:0:0", 1);
  const reading = readEnergy(root);
  assert.ok(reading);
  set("intel-rapl:0", 7_500_000);
  set("intel-rapl:1", 20_000_000);
  set("intel-rapl:0:0", 900_000);
  assert.equal(reading.since(), 2.5 + 30);
});

test("no counter is null, not zero", () => {
  assert.equal(readEnergy(path.join(root, "nowhere")), null);
});
