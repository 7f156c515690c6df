import { readdirSync, statSync } from "node:fs";
import { refuseWorkingFolder, takesAway } from "../atomic-output.js";
import { RecipeError } from "../errors.js";
import { writing } from "../write-fault.js";

const modelFile = /^(?:adapter|README|LICENSE.*|.*\.(?:json|jsonl|safetensors|jinja|md|model|gguf|txt))$/;

/**
 * A model folder is replaced as a whole, so it must be no folder of something else, and none of the inputs.
 * Throws `RecipeError`.
 */
export function checkOutputFolder(out: string, inputs: readonly (string | undefined)[]): void {
  refuseWorkingFolder(out);
  if (inputs.some((input) => input !== undefined && takesAway(out, input))) {
    throw new RecipeError("command.out", `--out ${out}: that is one of the inputs, or holds one`, {
      hint: "Name another folder.",
    });
  }
  const stats = writing(out, () => statSync(out, { throwIfNoEntry: false }));
  if (stats === undefined) return;
  const foreign = stats.isDirectory() ? readdirSync(out).find((name) => !modelFile.test(name)) : "";
  if (foreign === undefined) return;
  throw new RecipeError(
    "command.out",
    foreign === "" ? `--out ${out}: that is a file` : `--out ${out}: holds ${foreign}, which belongs to no model`,
    { hint: "Name a new folder, or one with a model that may be replaced." },
  );
}
