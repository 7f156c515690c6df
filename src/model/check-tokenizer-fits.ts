import path from "node:path";
import { CheckpointError } from "../errors.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { ModelConfig } from "./config.js";

/** Every id of the tokenizer needs a row in the model of `folder`; more rows are padding. Throws `CheckpointError` naming both and the numbers. */
export function checkTokenizerFits(config: ModelConfig, tokenizer: Tokenizer, folder: string): void {
  if (tokenizer.size <= config.vocab_size) return;
  throw new CheckpointError(
    "checkpoint.tokenizer_too_large",
    `${tokenizer.source}: the tokenizer has ${tokenizer.size} ids, but the model of ${path.join(folder, "config.json")} has ${config.vocab_size} rows (vocab_size)`,
    { hint: "The tokenizer and the model belong to different versions." },
  );
}
