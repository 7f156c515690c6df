import { countScriptLetters } from "../../corpus/script-share.js";
import { type CreateConversationFilter, ofEveryTurn } from "./conversation-filter.js";

/**
 * Language by script: an answer must have at least `min_share` of its letters in the given scripts, where its prompt has so
 * many (or whatever the prompt, with `every_answer`). A text without letters, such as a number, belongs to every language.
 */
export const script: CreateConversationFilter = ({ script: wanted }) => {
  if (wanted === undefined) return () => null;
  const counters = [wanted.name].flat().map(countScriptLetters);
  const share = (text: string): number => {
    const counts = counters.map((count) => count(text));
    const all = counts[0]?.all ?? 0;
    return all === 0 ? Number.NaN : counts.reduce((sum, { ofScript }) => sum + ofScript, 0) / all;
  };
  return ofEveryTurn(({ prompt, answer }) => {
    const asked = wanted.every_answer || share(prompt) >= wanted.min_share;
    return asked && share(answer) < wanted.min_share ? "script" : null;
  });
};
