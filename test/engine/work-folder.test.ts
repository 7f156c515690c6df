import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { openWorkFolder } from "../../src/engine/work-folder.js";
import { temporaryFolder } from "./minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);

test("a job finds its own work; that of another goes, and the user hears of it", () => {
  const folder = path.join(temporary.folder, "work");
  const warnings: (string | undefined)[] = [];
  const open = (parts: unknown): void => openWorkFolder(folder, parts, ({ warning }) => warnings.push(warning));
  const kept = path.join(folder, "kept");
  open({ seed: 1 });
  writeFileSync(kept, "");
  open({ seed: 1 });
  assert.ok(existsSync(kept));
  assert.deepEqual(warnings, []);
  open({ seed: 2 });
  assert.ok(!existsSync(kept));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /work: work of other inputs or options is there, checkpoints too: it is not used$/);
});
