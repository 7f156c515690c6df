import type { IdSink } from "./id-sink.js";

/** Ids of one word. What BPE and Unigram have in common. */
export interface WordModel {
  /** A text that the pre-tokenizer gives begins. */
  begin(sink: IdSink): void;
  /**
   * Appends the ids of `units[from, to)`. False where they depend on what stands in front of them, so that they may not be
   * kept for the next time.
   */
  append(units: Uint16Array, from: number, to: number, sink: IdSink): boolean;
}
