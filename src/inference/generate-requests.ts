/**
 * Greedy generation of many answers side by side, one token of each in a step. A prompt is decoded in a batch
 * of its own, and a step never has fewer than two tokens: matrix products of one column sum in another
 * order than those of several, so with both rules an answer depends on its request alone, whatever runs beside it.
 */
import { type Decoder, maxBatchTokens } from "./decoder.js";
import type { GenerateRequest, GenerateResult } from "./language-model.js";
import { argMax } from "./log-softmax.js";

interface Place {
  request: GenerateRequest;
  index: number;
  tokens: number[];
  /** Position of the next token. */
  position: number;
  seconds: number;
}

export interface GenerateSource {
  /** The next request that nobody has taken, or undefined. */
  take(): { index: number; request: GenerateRequest } | undefined;
  done(index: number, result: GenerateResult, seconds: number): void;
  /** How many decoders work at this moment: a step's time is shared among their answers. */
  workers(): number;
  /** Only ids below this one are chosen. */
  readonly tokens: number;
}

/** The decoder has a memory for each of its two or more sequences. */
export async function generateRequests(decoder: Decoder, source: GenerateSource): Promise<void> {
  const places = new Array<Place | undefined>(decoder.sequences).fill(undefined);
  for (;;) {
    for (let sequence = 0; sequence < places.length; sequence++) {
      while (places[sequence] === undefined) {
        const next = source.take();
        if (next === undefined) break;
        const started = performance.now();
        const place: Place = { ...next, tokens: [], position: next.request.prompt.length, seconds: 0 };
        const token = await decodePrompt(decoder, sequence, next.request.prompt, source.tokens);
        place.seconds += (performance.now() - started) / 1000 / source.workers();
        if (!accept(place, token, source)) places[sequence] = place;
      }
    }
    const active = places.flatMap((place, sequence) => (place === undefined ? [] : [sequence]));
    if (active.length === 0) return;
    await step(decoder, places, active, source);
  }
}

async function decodePrompt(
  decoder: Decoder,
  sequence: number,
  prompt: readonly number[],
  tokens: number,
): Promise<number> {
  decoder.erase(sequence, 0);
  const members = [sequence];
  let index = 0;
  for (let i = 0; i < prompt.length; i++) {
    if (decoder.tokens === maxBatchTokens) await decoder.run();
    index = decoder.add(prompt[i]!, i, members, i === prompt.length - 1);
  }
  await decoder.run();
  return argMax(decoder.logits(index).subarray(0, tokens));
}

async function step(
  decoder: Decoder,
  places: (Place | undefined)[],
  active: number[],
  source: GenerateSource,
): Promise<void> {
  const started = performance.now();
  let first = active[0]!;
  let last = active.at(-1)!;
  if (first === last) {
    if (last + 1 < places.length) last++;
    else first--;
  }
  // Sequences without gaps, since llama.cpp would cut the batch at a gap.
  const indices: number[] = [];
  const idle: number[] = [];
  for (let sequence = first; sequence <= last; sequence++) {
    const place = places[sequence];
    if (place === undefined) {
      decoder.erase(sequence, 0);
      decoder.add(0, 0, [sequence], true);
      idle.push(sequence);
    } else {
      indices[sequence] = decoder.add(place.tokens.at(-1)!, place.position++, [sequence], true);
    }
  }
  await decoder.run();
  for (const sequence of idle) decoder.erase(sequence, 0);
  const tokens = active.map((sequence) => argMax(decoder.logits(indices[sequence]!).subarray(0, source.tokens)));
  const share = (performance.now() - started) / 1000 / active.length / source.workers();
  for (const [i, sequence] of active.entries()) {
    const place = places[sequence]!;
    place.seconds += share;
    if (accept(place, tokens[i]!, source)) places[sequence] = undefined;
  }
}

/** Adds a token to an answer; true where that ends it. */
function accept(place: Place, token: number, source: GenerateSource): boolean {
  const { request, tokens } = place;
  const stop = request.stopIds.includes(token);
  if (!stop) tokens.push(token);
  if (!stop && tokens.length < request.maxTokens) return false;
  source.done(place.index, { tokens, stopped: stop ? "stop" : "length" }, place.seconds);
  return true;
}
