import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";

/** A fresh folder that is removed when the tests of the file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lep-model-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
