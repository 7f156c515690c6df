/** Stage 2, first half: the base model with rows for the new tokens. */
import { initialise } from "lep";

const [model, tokenizer, out] = process.argv.slice(2) as [string, string, string];

const { rows, several_pieces } = await initialise({
  model,
  tokenizer,
  initializer: "mean",
  head_initializer: { method: "random", norms: "drawn" },
  seed: 1,
  out,
});
console.log(`${rows} rows, ${several_pieces} of them new`);
