import { TokenizerError } from "../errors.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** Keys of config.json and generation_config.json that hold ids: a number, a list, or lists of lists. */
const idKey = /(_token_ids?|^(begin_)?suppress_tokens|^bad_words_ids)$/;

/**
 * A copy of a configuration in which every token id of `from` has become the id of the same token in `to`; nulls and
 * other keys stay. Throws `TokenizerError` (`propagation.lost_token`) naming `source` and the key where `to` lacks a token.
 */
export function mapTokenIds(
  config: Record<string, unknown>,
  { from, to, source }: { from: Tokenizer; to: Pick<Tokenizer, "source" | "idOf">; source: string },
): Record<string, unknown> {
  const mapId = (key: string, id: number): number => {
    // -1 and other negative numbers mean "none".
    if (id < 0) return id;
    const token = from.tokenOf(id);
    const mapped = token === undefined ? undefined : to.idOf(token);
    if (mapped !== undefined) return mapped;
    throw new TokenizerError(
      "propagation.lost_token",
      `${source}: ${key} names the token ${id} (${token ?? "unknown"}), which ${to.source} does not have`,
      {
        hint: "The new tokenizer must keep the special tokens of the instruct model.",
      },
    );
  };
  const mapValue = (key: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => mapValue(key, item));
    return typeof value === "number" ? mapId(key, value) : value;
  };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, idKey.test(key) ? mapValue(key, value) : value]),
  );
}
