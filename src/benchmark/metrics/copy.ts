/** Scores of copied text (darumeru's cp_sent and cp_para). An empty answer scores 0. */
import { matchingCharacters } from "./matching-blocks.js";

/** min(p/s, s/p) of predicted and source tokens; the source is capped at the limit of the answer. */
export function lengthRatio(predicted: number, source: number, limit: number): number {
  const capped = Math.min(source, limit);
  if (predicted === 0 || capped === 0) return 0;
  return Math.min(predicted / capped, capped / predicted);
}

/** 1 where the matching blocks cover at least 0.99 of the source's characters, else 0. White space around is no part of either. */
export function covers(source: string, answer: string): number {
  const wanted = source.trim();
  const given = answer.trim();
  if (given === "" || wanted === "") return 0;
  const length = [...wanted].length;
  // 0.99 as a fraction: 99 of 100 characters must count as covered whatever a division makes of it.
  return 100 * matchingCharacters(wanted, given) >= 99 * length ? 1 : 0;
}
