import { TokenizerError } from "../errors.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** Keys of config.json and generation_config.json that hold ids: a number, a list, or lists of lists. */
const idKey = /(_token_ids?|^(begin_)?suppress_tokens|^bad_words_ids)$/;

/**
 * A copy of a configuration in which every token id of `from` has become the id of the same token in `to`; nulls and
 * other keys stay. Where `to` lacks a token: throws `TokenizerError` (`propagation.lost_token`) naming `source` and the key, or, where
 * losses are said to be `left_out`, leaves out the id, the key that holds nothing else, and a sequence of several tokens as a whole.
 */
export function mapTokenIds(
  config: Record<string, unknown>,
  {
    from,
    to,
    source,
    lost = "refused",
  }: { from: Tokenizer; to: Pick<Tokenizer, "source" | "idOf">; source: string; lost?: "refused" | "left_out" },
): Record<string, unknown> {
  const mapId = (key: string, id: number): number | undefined => {
    // -1 and other negative numbers mean "none".
    if (id < 0) return id;
    const token = from.tokenOf(id);
    const mapped = token === undefined ? undefined : to.idOf(token);
    if (mapped !== undefined || lost === "left_out") return mapped;
    throw new TokenizerError(
      "propagation.lost_token",
      `${source}: ${key} names the token ${id} (${token ?? "unknown"}), which ${to.source} does not have`,
      {
        hint: "The new tokenizer must keep the special tokens of the instruct model.",
      },
    );
  };
  const mapValue = (key: string, value: unknown, within = false): unknown => {
    if (!Array.isArray(value)) return typeof value === "number" ? mapId(key, value) : value;
    const all = value.map((item) => mapValue(key, item, true));
    const kept = all.filter((item) => item !== undefined);
    return kept.length === 0 || (within && kept.length < all.length) ? undefined : kept;
  };
  const entries = Object.entries(config).map(([key, value]): [string, unknown] => {
    if (!idKey.test(key) || (Array.isArray(value) && value.length === 0)) return [key, value];
    return [key, mapValue(key, value)];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
