/**
 * Log-probabilities of continuations of one prompt. The prompt is decoded once, as a member of one sequence
 * for each continuation, and the continuations stand behind it in the same batch; no other request shares
 * the batch, so the numbers depend on the request alone.
 */
import { type Decoder, maxBatchOutputs, maxBatchTokens } from "./decoder.js";
import type { ScoreRequest } from "./language-model.js";
import { logSumExp } from "./log-softmax.js";

/** A row of logits that is waited for, and the tokens that are looked up in it. */
interface Wanted {
  index: number;
  places: { continuation: number; token: number }[];
}

/** `cells`: positions of the decoder's shared memory. */
export async function scoreRequest(decoder: Decoder, request: ScoreRequest, cells: number): Promise<number[][]> {
  const { prompt, continuations } = request;
  const scores = continuations.map((continuation) => new Array<number>(continuation.length).fill(0));
  const groups = groupContinuations(request, decoder.sequences, cells);
  const widest = groups.reduce((most, group) => Math.max(most, group.length), 0);
  const all = Array.from({ length: widest }, (_, i) => i);
  let wanted: Wanted[] = [];
  const flush = async (): Promise<void> => {
    if (decoder.tokens === 0) return;
    await decoder.run();
    for (const { index, places } of wanted) {
      const logits = decoder.logits(index);
      const total = logSumExp(logits);
      for (const { continuation, token } of places) {
        scores[continuation]![token] = logits[continuations[continuation]![token]!]! - total;
      }
    }
    wanted = [];
  };
  const add = async (token: number, position: number, members: number[], places: Wanted["places"]): Promise<void> => {
    const output = places.length > 0;
    if (decoder.tokens === maxBatchTokens || (output && decoder.outputs === maxBatchOutputs)) await flush();
    const index = decoder.add(token, position, members, output);
    if (output) wanted.push({ index, places });
  };

  decoder.clear();
  const last = prompt.length - 1;
  for (let i = 0; i < last; i++) await add(prompt[i]!, i, all, []);
  await add(
    prompt[last]!,
    last,
    all,
    continuations.map((_, continuation) => ({ continuation, token: 0 })),
  );
  for (const [g, group] of groups.entries()) {
    if (g > 0) {
      await flush();
      for (const sequence of all) decoder.erase(sequence, prompt.length);
    }
    for (const [sequence, continuation] of group.entries()) {
      const tokens = continuations[continuation]!;
      // The last token is looked up, never decoded.
      for (let i = 0; i + 1 < tokens.length; i++) {
        await add(tokens[i]!, prompt.length + i, [sequence], [{ continuation, token: i + 1 }]);
      }
    }
  }
  await flush();
  return scores;
}

/** Continuations that fit side by side behind the prompt, in order. */
function groupContinuations({ prompt, continuations }: ScoreRequest, sequences: number, cells: number): number[][] {
  const groups: number[][] = [];
  let group: number[] = [];
  let used = prompt.length;
  for (const [index, { length }] of continuations.entries()) {
    if (group.length > 0 && (group.length === sequences || used + length - 1 > cells)) {
      groups.push(group);
      group = [];
      used = prompt.length;
    }
    group.push(index);
    used += length - 1;
  }
  groups.push(group);
  return groups;
}
