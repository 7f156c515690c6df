/** Tokens that are put together for one decode, with the log-probabilities that are looked up in its logits. */
import { type Decoder, fewestColumns, maxBatchOutputs, maxBatchTokens } from "./decoder.js";
import { logSumExp } from "./log-softmax.js";

/** A token whose log-probability is wanted, and where it goes. */
export interface Wanted {
  token: number;
  into: number[];
  at: number;
}

/** Tokens that a batch takes; the rest is for padding. */
export const batchRoom = maxBatchTokens - fewestColumns;

export interface ScoreBatch {
  readonly tokens: number;
  readonly outputs: number;
  /** Adds a token; `wanted` are looked up in the logits after it. Decodes first where the batch is full. */
  add(token: number, position: number, sequences: readonly number[], wanted?: readonly Wanted[]): Promise<void>;
  /** Tokens that nobody asked for, up to a multiple of `multiple`. */
  pad(multiple: number): void;
  /** Decodes what was added, if anything was. */
  run(): Promise<void>;
}

/** `waste`: a sequence that holds nothing but padding. */
export function createScoreBatch(decoder: Decoder, waste: number): ScoreBatch {
  let rows: { index: number; wanted: readonly Wanted[] }[] = [];
  let padding = 0;
  const addPadding = (output: boolean): void => void decoder.add(0, padding++, [waste], output);
  const pad = (multiple: number): void => {
    while (decoder.tokens % multiple > 0) addPadding(false);
  };
  const run = async (): Promise<void> => {
    if (decoder.tokens === 0) return;
    // The last block and the head are computed for the tokens alone whose logits are wanted.
    while (decoder.outputs > 0 && decoder.outputs < fewestColumns) addPadding(true);
    while (decoder.tokens < fewestColumns) addPadding(false);
    const looked = rows;
    rows = [];
    const padded = padding > 0;
    padding = 0;
    await decoder.run();
    if (padded) decoder.erase(waste, 0);
    for (const { index, wanted } of looked) {
      const logits = decoder.logits(index);
      const total = logSumExp(logits);
      for (const { token, into, at } of wanted) into[at] = logits[token]! - total;
    }
  };
  return {
    get tokens() {
      return decoder.tokens;
    },
    get outputs() {
      return decoder.outputs;
    },
    async add(token, position, sequences, wanted = []) {
      const output = wanted.length > 0;
      if (decoder.tokens === batchRoom || (output && decoder.outputs === maxBatchOutputs)) await run();
      const index = decoder.add(token, position, sequences, output);
      if (output) rows.push({ index, wanted });
    },
    pad,
    run,
  };
}
