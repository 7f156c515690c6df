import { rmdirSync, statSync } from "node:fs";
import path from "node:path";
import { LepError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { writing } from "../write-fault.js";

/**
 * Makes the folder that results are written to, before they are made. Returns what takes it away again where nothing came into it.
 * Throws `LepError` (`output.write_failed`) where it cannot be one.
 */
export function makeOutputFolder(out: string): () => void {
  const first = writing(out, () => makeFolder(out));
  if (!statSync(out).isDirectory()) {
    throw new LepError("output.write_failed", `${out}: is a file, not a folder`, {
      hint: "Name another folder with --out.",
    });
  }
  return () => {
    if (first === undefined) return;
    try {
      for (let at = path.resolve(out); ; at = path.dirname(at)) {
        rmdirSync(at);
        if (at === first) return;
      }
    } catch {
      // Something is in it.
    }
  };
}
