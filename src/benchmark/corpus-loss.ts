/**
 * How well a model predicts a text: perplexity a token, and bits per character, which can be compared between tokenizers. The
 * text is cut into windows, the same for every tokenizer, each behind a start token (src/engine/text-windows.ts); llama.cpp
 * gives the log-probability of each token, so that a folder and the GGUF made from it have the same numbers.
 */
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import { encodeWindows } from "../engine/encode-windows.js";
import { cutWindows, type TextWindow } from "../engine/text-windows.js";
import { EngineError } from "../errors.js";
import type { FallibleModel } from "../inference/language-model.js";
import { sha256 } from "../sha256.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

export interface MeasuredCorpus extends CorpusOptions {
  /** Code points in a window; 512 by default. The last one of a document may be shorter. */
  window_characters?: number | undefined;
  /** At most so many windows, spread evenly over the text; 500 by default. */
  max_windows?: number | undefined;
}

export interface CorpusWindows {
  windows: TextWindow[];
  sha256: string;
}

/** Throws `CorpusError` where the text cannot be read, or there is none. */
export async function corpusWindows(corpus: MeasuredCorpus): Promise<CorpusWindows> {
  const { window_characters = 512, max_windows = 500 } = corpus;
  const windows = await cutWindows(readCorpus(corpus), window_characters, max_windows);
  return { windows, sha256: sha256(JSON.stringify(windows.map(({ text }) => text))) };
}

/** Requests of one call: between two of them progress is told. */
const together = 64;

/**
 * `perplexity`, `bits_per_character` and `symbols_per_token` of the windows. Throws `TokenizerError` (a window does not decode to
 * itself), `EngineError` (a window is longer than the context).
 */
export async function corpusLoss(
  { windows }: CorpusWindows,
  model: Pick<FallibleModel, "score" | "contextLength">,
  tokenizer: Tokenizer,
  onDone: (windows: number) => void = () => {},
): Promise<Record<"perplexity" | "bits_per_character" | "symbols_per_token", number>> {
  // The start token has a position, the last token has none.
  const encoded = await encodeWindows(windows, tokenizer, model.contextLength - 1);
  let nats = 0;
  for (let from = 0; from < encoded.length; from += together) {
    const requests = encoded
      .slice(from, from + together)
      .map(([start, ...ids]) => ({ prompt: [start!], continuations: [ids] }));
    for (const result of await model.score(requests)) {
      if ("failure" in result) throw new EngineError("inference.no_answer", `a window of the text: ${result.failure}`);
      for (const value of result[0]!) nats -= value;
    }
    onDone(Math.min(encoded.length, from + together));
  }
  const characters = windows.reduce((sum, window) => sum + window.characters, 0);
  const tokens = encoded.reduce((sum, { length }) => sum + length - 1, 0);
  return {
    perplexity: Math.exp(nats / tokens),
    bits_per_character: nats / characters / Math.LN2,
    symbols_per_token: characters / tokens,
  };
}
