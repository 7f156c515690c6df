/** Answers in which a model is stuck: the same words, the same lines, or the same few characters again and again. */
import { type CreateConversationFilter, ofEveryTurn } from "./conversation-filter.js";

export const repetition: CreateConversationFilter = ({ max_repetition }) =>
  ofEveryTurn(({ answer }) => {
    const text = answer.trim();
    const most = Math.max(repeatedRuns(text), repeatedLines(text));
    return most > max_repetition || endsInLoop(text) ? "repetition" : null;
  });

/** Share of the runs of four words that stood in the text before; 0 for texts of fewer than twelve words. */
export function repeatedRuns(text: string): number {
  const words = text.split(/\s+/);
  if (words.length < 12) return 0;
  const runs = new Set<string>();
  const count = words.length - 3;
  for (let i = 0; i < count; i++) runs.add(words.slice(i, i + 4).join(" "));
  return 1 - runs.size / count;
}

/** Share of the characters in lines that stood in the text before; 0 for texts of fewer than four lines. Lines without a letter (rules, brackets) do not count. */
export function repeatedLines(text: string): number {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => /\p{L}/u.test(line));
  if (lines.length < 4) return 0;
  const seen = new Set<string>();
  let all = 0;
  let again = 0;
  for (const line of lines) {
    all += line.length;
    if (seen.has(line)) again += line.length;
    seen.add(line);
  }
  return again / all;
}

const loopTail = 40;

/** Whether the last forty characters are one piece of at most ten characters over and over. */
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
