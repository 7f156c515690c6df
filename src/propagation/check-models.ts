import { CheckpointError, TokenizerError } from "../errors.js";
import { checkTokenizerFits } from "../model/check-tokenizer-fits.js";
import type { ModelConfig } from "../model/config.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { type TokenizedModel, withModels } from "./open-models.js";

export interface PropagationModels {
  base: TokenizedModel;
  instruct: TokenizedModel;
  adapted: TokenizedModel;
}

const sameShape = [
  "architecture",
  "hidden_size",
  "num_hidden_layers",
  "intermediate_size",
  "num_attention_heads",
  "num_key_value_heads",
  "head_dim",
  "tie_word_embeddings",
  "biased_modules",
  "qk_norm",
] as const satisfies readonly (keyof ModelConfig)[];

/**
 * Refuses models that do not belong together, before any work: all three must be of one family and shape, biases included, and tie alike, every model
 * must have a row for every token, and base and instruct must share the ordinary vocabulary.
 * Throws `CheckpointError` or `TokenizerError` naming the folders and everything that differs.
 */
export function checkModels({ base, instruct, adapted }: PropagationModels): void {
  checkOriginals(base, instruct);
  checkSameShape(base, adapted);
  checkTokenizerFits(adapted.checkpoint.config, adapted.tokenizer, adapted.checkpoint.folder);
  checkAddedTokens(base.tokenizer, instruct.tokenizer, adapted.tokenizer);
}

/** `checkOriginals` for two model folders. */
export async function checkOriginalFolders(base: string, instruct: string): Promise<void> {
  await withModels({ base, instruct }, (models) => checkOriginals(models.base, models.instruct));
}

/** What can be said before anything was adapted. Throws as `checkModels`. */
function checkOriginals(base: TokenizedModel, instruct: TokenizedModel): void {
  checkSameShape(base, instruct);
  for (const { checkpoint, tokenizer } of [base, instruct]) {
    checkTokenizerFits(checkpoint.config, tokenizer, checkpoint.folder);
  }
  checkSameVocabulary(base, instruct);
}

function checkSameShape(base: TokenizedModel, other: TokenizedModel): void {
  const shown = ({ checkpoint }: TokenizedModel, key: (typeof sameShape)[number]): string => {
    const value = checkpoint.config[key];
    return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
  };
  const differences = sameShape
    .filter((key) => shown(base, key) !== shown(other, key))
    .map((key) => `${key} ${shown(base, key)} and ${shown(other, key)}`);
  if (differences.length === 0) return;
  throw new CheckpointError(
    "propagation.different_shape",
    `${base.checkpoint.folder} and ${other.checkpoint.folder} differ: ${differences.join(", ")}`,
    { hint: "The instruct and the adapted model must both have been made from the base model." },
  );
}

/** Ids may differ only where neither model has an ordinary token. */
function checkSameVocabulary(base: TokenizedModel, instruct: TokenizedModel): void {
  const ids = Math.max(base.tokenizer.size, instruct.tokenizer.size);
  for (let id = 0; id < ids; id++) {
    const [one, other] = [base.tokenizer.tokenOf(id), instruct.tokenizer.tokenOf(id)];
    const isOrdinary = ({ tokenizer }: TokenizedModel): boolean =>
      tokenizer.tokenOf(id) !== undefined && !tokenizer.addedIds.has(id);
    if (one === other || !(isOrdinary(base) || isOrdinary(instruct))) continue;
    const show = (token: string | undefined): string => (token === undefined ? "no token" : JSON.stringify(token));
    throw new TokenizerError(
      "propagation.different_vocabulary",
      `${base.checkpoint.folder} and ${instruct.checkpoint.folder} have different vocabularies: id ${id} is ${show(one)} and ${show(other)}`,
      { hint: "Base and instruct model must have the same original tokenizer." },
    );
  }
}

/** What only the instruct model has is put behind the adapted vocabulary; what the base has too must not have been lost. */
function checkAddedTokens(base: Tokenizer, instruct: Tokenizer, adapted: Tokenizer): void {
  const missing = [...instruct.addedIds]
    .map((id) => instruct.tokenOf(id))
    .filter((token): token is string => token !== undefined && adapted.idOf(token) === undefined)
    .filter((token) => base.idOf(token) !== undefined);
  if (missing.length === 0) return;
  const shown = missing
    .slice(0, 5)
    .map((token) => JSON.stringify(token))
    .join(", ");
  throw new TokenizerError(
    "propagation.lost_token",
    `${adapted.source} lacks ${missing.length} added tokens of the instruct model: ${shown}${missing.length > 5 ? ", …" : ""}`,
    { hint: "Build the new vocabulary from the base model's tokenizer, so that its special tokens are kept." },
  );
}
