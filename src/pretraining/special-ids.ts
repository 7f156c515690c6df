/** `config.json` and `generation_config.json` for a new vocabulary: special ids by the names of their tokens. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { CheckpointError } from "../errors.js";
import { mapTokenIds } from "../model/map-token-ids.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

type Json = Record<string, unknown>;

/**
 * All ids that both files hold agree with the new tokenizer; of tokens that it lacks they are left out. Both name every id that ends
 * a text in either.
 */
export function adaptedConfigs(
  model: string,
  config: Json,
  tokenizer: Tokenizer,
  original: Tokenizer,
): { config: Json; generation: Json } {
  const generation = readGenerationConfig(model);
  const moved = (id: unknown): number | undefined => {
    const token = typeof id === "number" ? original.tokenOf(id) : undefined;
    return token === undefined ? undefined : tokenizer.idOf(token);
  };
  const ends = [...tokenizer.eosIds, ...[config.eos_token_id, generation.eos_token_id].flat().map(moved)];
  const eos = [...new Set(ends.filter((id) => id !== undefined))];
  const ids: Json = {
    bos_token_id: tokenizer.bosId ?? moved(config.bos_token_id),
    eos_token_id: eos.length > 1 ? eos : eos[0],
    pad_token_id: moved(config.pad_token_id ?? generation.pad_token_id),
  };
  const withIds = (json: Json): Json => {
    const changed: Json = mapTokenIds(json, { from: original, to: tokenizer, source: model, lost: "left_out" });
    for (const [key, value] of Object.entries(ids)) {
      if (value === undefined) delete changed[key];
      else changed[key] = value;
    }
    return changed;
  };
  return { config: withIds(config), generation: withIds(generation) };
}

/** The same for a model from scratch: what the tokenizer does not name, its configuration may. */
export function freshConfigs(config: Json, { bosId, eosIds }: Tokenizer): { config: Json; generation: Json } {
  const eos = eosIds.length === 0 ? config.eos_token_id : eosIds.length > 1 ? [...eosIds] : eosIds[0];
  const ids = Object.entries({ bos_token_id: bosId ?? config.bos_token_id, eos_token_id: eos });
  const generation = Object.fromEntries(ids.filter(([, value]) => value !== undefined));
  return { config: { ...config, ...generation }, generation };
}

function readGenerationConfig(model: string): Json {
  const file = path.join(model, "generation_config.json");
  if (!existsSync(file)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch (cause) {
    throw new CheckpointError("checkpoint.broken_json", `${file}: not valid JSON`, { cause });
  }
  throw new CheckpointError("checkpoint.broken_json", `${file}: not a JSON object`);
}
