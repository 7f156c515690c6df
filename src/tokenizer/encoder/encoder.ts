/**
 * An encoder of our own for bulk work: the ids of Hugging Face tokenizers, many times as fast as through its Node binding,
 * on all cores.
 */
import type { EncodedTexts } from "../tokenizer.js";
import type { TokenizerJson } from "../tokenizer-json.js";
import { createEncodePool } from "./encode-pool.js";
import { buildEncoderTables } from "./encoder-tables.js";
import { createIdSink } from "./id-sink.js";
import { createUnitEncoder } from "./unit-encoder.js";
import { createScratch } from "./unit-strings.js";

export interface EncodedBatch extends EncodedTexts {
  /** Indices of the texts that were not encoded, ascending: they have a character that is left to the binding. */
  left: readonly number[];
}

export interface Encoder {
  /**
   * Ids of a text, no special tokens added; lone surrogates count as U+FFFD. Undefined where the text has a character of
   * which the libraries' Unicode tables disagree (see young-characters.ts), so that only the binding gives its ids.
   */
  encode(text: string): Int32Array | undefined;
  /**
   * The same for many texts; results do not depend on `threads` (unless given, all cores once there is enough to do). The worker threads hold nothing
   * up: they start when there is enough to do, and end when idle.
   */
  encodeBatch(texts: readonly string[], threads?: number): Promise<EncodedBatch>;
}

/**
 * Throws `TokenizerError` `tokenizer.unsupported_component` naming what is not supported: then the binding has to do. The
 * tables are built here, in a fraction of a second for a vocabulary of 128,000.
 */
export function createEncoder(json: TokenizerJson): Encoder {
  const tables = buildEncoderTables(json);
  const encodeUnits = createUnitEncoder(tables);
  const scratch = createScratch();
  const sink = createIdSink();
  return {
    encode(text) {
      sink.length = 0;
      return encodeUnits(scratch(text), 0, text.length, sink) ? sink.ids.slice(0, sink.length) : undefined;
    },
    encodeBatch: createEncodePool(tables, encodeUnits),
  };
}
