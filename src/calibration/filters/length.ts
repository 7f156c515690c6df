import { countCharacters } from "../../corpus/filters.js";
import { type CreateConversationFilter, ofEveryTurn } from "./conversation-filter.js";

/** Answers of too few or too many characters (code points, without white space around) or tokens. */
export const length: CreateConversationFilter = ({ min_characters, max_characters, min_tokens, max_tokens }) =>
  ofEveryTurn(({ answer, tokens }) => {
    const characters = countCharacters(answer.trim());
    if (characters < min_characters) return "too_short";
    if (characters > max_characters) return "too_long";
    if (tokens < min_tokens) return "too_few_tokens";
    return tokens > (max_tokens ?? Number.POSITIVE_INFINITY) ? "too_many_tokens" : null;
  });
