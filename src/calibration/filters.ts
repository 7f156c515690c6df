/**
 * Which of a model's answers are worth learning from. A pure judgement of text, except that a prompt
 * with the same answer counts once.
 */
import { countCharacters } from "../corpus/filters.js";
import { countScriptLetters } from "../corpus/script-share.js";
import { sha256 } from "../sha256.js";
import type { ChatMessage } from "../tokenizer/tokenizer.js";
import type { AnswerFilters } from "./options.js";

/** `prompt_too_long`: nothing could be answered, the prompt fills the context. */
export type Rejection =
  | "prompt_too_long"
  | "empty"
  | "stopped_by_length"
  | "too_short"
  | "too_long"
  | "repetition"
  | "script"
  | "duplicate";

export type AnswerFilter = (
  prompt: readonly ChatMessage[],
  answer: string,
  stopped: "stop" | "length",
) => Rejection | null;

/** Gives the reason to leave an answer out, or null. Remembers what it has kept. */
export function createAnswerFilter(options: AnswerFilters): AnswerFilter {
  const seen = new Set<string>();
  const hasScript = options.script === undefined ? undefined : scriptJudge(options.script);
  return (prompt, answer, stopped) => {
    const text = answer.trim();
    if (text === "") return "empty";
    if (stopped === "length" && !options.stopped_by_length) return "stopped_by_length";
    const characters = countCharacters(text);
    if (characters < options.min_characters) return "too_short";
    if (characters > options.max_characters) return "too_long";
    if (repetition(text) > options.max_repetition || endsInLoop(text)) return "repetition";
    if (hasScript?.(prompt.at(-1)?.content ?? "") && !hasScript(text)) return "script";
    const key = sha256(JSON.stringify([prompt, text]));
    if (seen.has(key)) return "duplicate";
    seen.add(key);
    return null;
  };
}

function scriptJudge(script: { name: string; min_share: number }): (text: string) => boolean {
  const letters = countScriptLetters(script.name);
  return (text) => {
    const { ofScript, all } = letters(text);
    return all > 0 && ofScript >= script.min_share * all;
  };
}

/** Share of the runs of four words that stood in the text before; 0 for texts of fewer than twelve words. */
export function repetition(text: string): number {
  const words = text.split(/\s+/);
  if (words.length < 12) return 0;
  const runs = new Set<string>();
  const count = words.length - 3;
  for (let i = 0; i < count; i++) runs.add(words.slice(i, i + 4).join(" "));
  return 1 - runs.size / count;
}

const loopTail = 40;

/** Whether the last forty characters are one piece of at most ten characters over and over, as when a model is stuck. */
export function endsInLoop(text: string): boolean {
  const tail = text.slice(-loopTail);
  if (tail.length < loopTail) return false;
  for (let period = 1; period <= loopTail / 4; period++) {
    let same = true;
    for (let i = period; same && i < tail.length; i++) same = tail[i] === tail[i - period];
    if (same) return true;
  }
  return false;
}
