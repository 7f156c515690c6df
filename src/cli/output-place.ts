/** What a command is told to write, before it works for hours. */
import { readdirSync, type Stats, statSync } from "node:fs";
import { refuseWorkingFolder, takesAway } from "../atomic-output.js";
import { RecipeError } from "../errors.js";

/** What model folders hold: those that lep writes, and the hub's. */
const modelFile =
  /^(?:adapter|README\.md|LICENSE.*|USE_POLICY\.md|merges\.txt|(?:training|answers)\.jsonl|.*\.(?:json|safetensors|jinja|model|tiktoken|gguf))$/;

/**
 * A model folder is replaced as a whole, so it must be no folder of something else, and none of the inputs.
 * Throws `RecipeError`.
 */
export function checkOutputFolder(out: string, inputs: readonly (string | undefined)[]): void {
  refuseWorkingFolder(out);
  const refuse = (what: string): RecipeError =>
    new RecipeError("command.out", `--out ${out}: ${what}`, {
      hint: "Name a new folder, or one with a model that may be replaced.",
    });
  if (inputs.some((input) => input !== undefined && takesAway(out, input))) {
    throw refuse("that is one of the inputs, or holds one");
  }
  const stats = statsOf(out);
  if (stats === undefined) return;
  if (!stats.isDirectory()) throw refuse("that is a file");
  const names = readdirSync(out);
  const foreign = names.find((name) => !modelFile.test(name));
  if (foreign !== undefined) throw refuse(`holds ${foreign}, which belongs to no model`);
  if (names.length > 0 && !names.includes("config.json")) throw refuse(`holds ${names[0]}, and is no model`);
}

/** Throws `RecipeError` where `out` cannot be a file. */
export function checkOutputFile(out: string): void {
  if (!statsOf(out)?.isDirectory()) return;
  throw new RecipeError("command.out", `--out ${out}: that is a folder`, { hint: "Name the file to write." });
}

/** Undefined where nothing is there. Throws `RecipeError` where nothing can be. */
function statsOf(out: string): Stats | undefined {
  try {
    return statSync(out, { throwIfNoEntry: false });
  } catch (cause) {
    throw new RecipeError("command.out", `--out ${out}: ${(cause as Error).message}`, {
      cause,
      hint: "Each part of the path but the last has to be a folder.",
    });
  }
}
