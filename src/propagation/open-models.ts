import { type Checkpoint, openCheckpoint } from "../model/checkpoint.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** A model with its tokenizer. */
export interface TokenizedModel {
  checkpoint: Checkpoint;
  tokenizer: Tokenizer;
}

/** Opens the model folders for as long as `use` runs. Throws `CheckpointError` and `TokenizerError`. */
export async function withModels<Name extends string, T>(
  folders: Readonly<Record<Name, string>>,
  use: (models: Record<Name, TokenizedModel>) => T | Promise<T>,
): Promise<T> {
  const opened: Checkpoint[] = [];
  try {
    const models = {} as Record<Name, TokenizedModel>;
    for (const [name, folder] of Object.entries(folders) as [Name, string][]) {
      // Of base and adapted model no block is used.
      const checkpoint = openCheckpoint(folder, { tablesOnly: name !== "instruct" });
      opened.push(checkpoint);
      models[name] = { checkpoint, tokenizer: await loadTokenizer(folder) };
    }
    return await use(models);
  } finally {
    for (const checkpoint of opened) checkpoint.close();
  }
}
