import { statSync } from "node:fs";
import { LepError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { writing } from "../write-fault.js";

/** Makes the folder that results are written to. Throws `LepError` (`output.write_failed`) where that cannot be one. */
export function makeOutputFolder(out: string): void {
  writing(out, () => makeFolder(out));
  if (statSync(out).isDirectory()) return;
  throw new LepError("output.write_failed", `${out}: is a file, not a folder`, {
    hint: "Name another folder with --out.",
  });
}
