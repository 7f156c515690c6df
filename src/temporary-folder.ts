import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isAlive } from "./atomic-output.js";

/** A fresh folder among the system's temporary ones, for work of one `kind`. What processes that were killed left of the same kind goes. */
export function temporaryFolder(kind: string, parent = tmpdir()): string {
  const left = new RegExp(`^lep-${kind}-(\\d+)-`);
  for (const name of readdirSync(parent)) {
    const [, pid] = left.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(path.join(parent, `lep-${kind}-${process.pid}-`));
}
