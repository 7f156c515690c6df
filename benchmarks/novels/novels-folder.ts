import { existsSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../src/package-root.js";

/**
 * The folder with `{ru,en}/{train,validation}/*.txt`: `LEP_NOVELS`, else `shared/corpora` beside the
 * checkout. Undefined where neither is there: a benchmark then says so and ends.
 */
export function novelsFolder(): string | undefined {
  const places = [process.env.LEP_NOVELS, path.join(packageRoot(), "..", "shared", "corpora")];
  return places.find((place) => place !== undefined && existsSync(path.join(place, "ru", "train")));
}
