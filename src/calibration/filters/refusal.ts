import { type CreateConversationFilter, ofEveryTurn } from "./conversation-filter.js";
import { refusalPatterns } from "./refusal-patterns.js";

/** A refusal begins an answer; further on the same words may be said about someone else. */
const opening = 250;

/** Answers that decline, or speak of the model instead of the matter: what is learned from them is to decline. */
export const refusal: CreateConversationFilter = ({ refusals }) =>
  refusals ? () => null : ofEveryTurn(({ answer }) => (refuses(answer) ? "refusal" : null));

export function refuses(answer: string): boolean {
  const start = answer.trim().slice(0, opening).toLowerCase().replaceAll("ё", "е").replaceAll("’", "'");
  return refusalPatterns.some((pattern) => pattern.test(start));
}
