import type { Merge } from "../tokenizer/tokenizer-json.js";

/** A function from a token's written form to the tokens that the merges leave of it, in the order of their rank. */
export function createSegmenter(
  merges: readonly Merge[],
  symbols: (token: string) => string[],
): (token: string) => string[] {
  const ranks = new Map<string, number>();
  // Where a pair is listed twice the later rank counts, as in Hugging Face tokenizers.
  for (const [rank, [left, right]] of merges.entries()) ranks.set(`${left} ${right}`, rank);
  return (token) => {
    const parts = symbols(token);
    while (ranks.size > 0) {
      let best = Number.POSITIVE_INFINITY;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Number.POSITIVE_INFINITY;
        if (rank < best) {
          best = rank;
          at = i;
        }
      }
      if (at < 0) break;
      parts.splice(at, 2, parts[at]! + parts[at + 1]!);
    }
    return parts;
  };
}
