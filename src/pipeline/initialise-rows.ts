import { initialise } from "../pretraining/initialise.js";
import type { RunContext } from "./run-context.js";

/** `model` with rows for `tokenizer`, as the recipe's pretraining section says they begin, in the folder `out`. */
export async function initialiseRows(
  { recipe, progress }: RunContext,
  model: string,
  tokenizer: string,
  out: string,
): Promise<void> {
  const { initializer, head_initializer, pad_to_multiple_of } = recipe.pretraining!;
  const rows = { initializer, head_initializer, pad_to_multiple_of, seed: recipe.seed, output: recipe.output };
  await initialise({ model, tokenizer, ...rows, out }, progress);
}
