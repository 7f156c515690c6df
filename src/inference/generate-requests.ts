/**
 * Greedy generation of many answers side by side, one token of each in a step. What a prompt has in common with one that
 * is in memory is taken from there; the rest is decoded in a batch of its own, and nothing is decoded in fewer than
 * `fewestColumns` columns: with these rules an answer depends on its request alone, whatever runs beside it.
 */
import { type Decoder, fewestColumns, maxBatchTokens } from "./decoder.js";
import type { GenerateRequest, GenerateResult } from "./language-model.js";
import { argMax } from "./log-softmax.js";
import { commonLength, ownIds } from "./shared-prefixes.js";

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
  /** Hears of every token of an answer as it is chosen. */
  onToken?: ((index: number, token: number) => void) | undefined;
  /** How many decoders work at this moment: a step's time is shared among their answers. */
  workers(): number;
  /** Only ids below this one are chosen. */
  readonly tokens: number;
}

export interface Generator {
  /** With a memory for each of its sequences, of which there are `fewestColumns` or more. */
  decoder: Decoder;
  /** Answers side by side, at most as many as there are sequences. */
  parallel: number;
  /** The prompts in the sequences' memories; undefined where nothing is taken from them. */
  held: (readonly number[])[] | undefined;
}

export async function generateRequests(generator: Generator, source: GenerateSource): Promise<void> {
  const { decoder } = generator;
  const places = new Array<Place | undefined>(decoder.sequences).fill(undefined);
  for (;;) {
    for (let sequence = 0; sequence < generator.parallel; sequence++) {
      while (places[sequence] === undefined) {
        const next = source.take();
        if (next === undefined) break;
        const started = performance.now();
        const place: Place = { ...next, tokens: [], position: next.request.prompt.length, seconds: 0 };
        const token = await decodePrompt(generator, sequence, next.request.prompt, source.tokens);
        place.seconds += (performance.now() - started) / 1000 / source.workers();
        if (!accept(place, token, source)) places[sequence] = place;
      }
    }
    const active = places.flatMap((place, sequence) => (place === undefined ? [] : [sequence]));
    if (active.length === 0) return;
    await step(generator, places, active, source);
  }
}

/** Ids in common for which a copy of another sequence's memory is worth its time. */
const worthCopying = 64;

async function decodePrompt(
  { decoder, held }: Generator,
  sequence: number,
  prompt: readonly number[],
  tokens: number,
): Promise<number> {
  let kept = 0;
  if (held !== undefined) {
    const most = Math.max(0, prompt.length - ownIds);
    const common = held.map((other) => Math.min(most, commonLength(other, prompt)));
    kept = common[sequence]!;
    const best = common.indexOf(Math.max(...common));
    // Nothing is in memory from here until the prompt is.
    held[sequence] = [];
    if (common[best]! >= kept + worthCopying) {
      decoder.copy(best, sequence);
      kept = common[best]!;
    }
  }
  decoder.erase(sequence, kept);
  const members = [sequence];
  let index = 0;
  for (let i = kept; i < prompt.length; i++) {
    // What a full batch would leave is too little for one of its own.
    const left = prompt.length - i;
    const early = decoder.tokens === maxBatchTokens - ownIds && left > ownIds && left < 2 * ownIds;
    if (early || decoder.tokens === maxBatchTokens) await decoder.run();
    index = decoder.add(prompt[i]!, i, members, i === prompt.length - 1);
  }
  await decoder.run();
  if (held !== undefined) held[sequence] = prompt;
  return argMax(decoder.logits(index).subarray(0, tokens));
}

async function step(
  { decoder, held }: Generator,
  places: (Place | undefined)[],
  active: number[],
  source: GenerateSource,
): Promise<void> {
  const started = performance.now();
  let first = active[0]!;
  let last = active.at(-1)!;
  while (last - first + 1 < fewestColumns && last + 1 < places.length) last++;
  while (last - first + 1 < fewestColumns) first--;
  // Sequences without gaps, since llama.cpp would cut the batch at a gap.
  const indices: number[] = [];
  const idle: number[] = [];
  for (let sequence = first; sequence <= last; sequence++) {
    const place = places[sequence];
    if (place === undefined) {
      const position = held?.[sequence]?.length ?? 0;
      decoder.erase(sequence, position);
      decoder.add(0, position, [sequence], true);
      idle.push(sequence);
    } else {
      indices[sequence] = decoder.add(place.tokens.at(-1)!, place.position++, [sequence], true);
    }
  }
  await decoder.run();
  for (const sequence of idle) decoder.erase(sequence, held?.[sequence]?.length ?? 0);
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
  if (!stop) {
    tokens.push(token);
    source.onToken?.(place.index, token);
  }
  if (!stop && tokens.length < request.maxTokens) return false;
  source.done(place.index, { tokens, stopped: stop ? "stop" : "length" }, place.seconds);
  return true;
}
