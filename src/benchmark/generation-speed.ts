import type { StoredSample } from "./samples.js";

/** How fast answers came, over the samples of which each question was answered in words; empty where there are none. */
export function generationSpeed(samples: Iterable<Pick<StoredSample, "answers" | "seconds">>): Record<string, number> {
  let characters = 0;
  let tokens = 0;
  let seconds = 0;
  for (const sample of samples) {
    const texts = sample.answers.flatMap((answer) => (answer.ask === "generate" ? [answer] : []));
    // A choice took part of the time, nobody knows which.
    if (texts.length === 0 || texts.length < sample.answers.length) continue;
    for (const answer of texts) {
      characters += [...answer.text].length;
      tokens += answer.tokens;
    }
    seconds += sample.seconds;
  }
  if (seconds === 0) return {};
  return { characters_per_second: characters / seconds, tokens_per_second: tokens / seconds };
}
