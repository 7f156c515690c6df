/** The model that `trainVectors` fits: input rows that make up each token, output rows, and the steps of its training. */
import type { Random } from "../../random.js";

export interface SkipGramOptions {
  /** For each token the input rows whose mean it is; the first is its own. */
  inputs: readonly (readonly number[])[];
  inputRows: number;
  /** How often each token occurs. */
  counts: readonly number[];
  dimensions: number;
  /** Most tokens of context on each side; each window draws its own width up to it. */
  window: number;
  negatives: number;
  random: Random;
}

export interface SkipGram {
  /** One pass over tokens in a row. */
  learn(tokens: Int32Array, rate: number): void;
  /** The mean of a token's input rows, [dimensions]. */
  vector(token: number): Float32Array;
  meanOf(rows: readonly number[]): Float32Array;
  /** Whether the input row belongs to a token. */
  isTrained(row: number): boolean;
}

/** Draws of negatives: as many places as make rounding of rare tokens small. */
const tableSize = 1 << 20;
const power = 0.75;

export function createSkipGram(options: SkipGramOptions): SkipGram {
  const { inputs, inputRows, counts, dimensions, window, negatives, random } = options;
  const input = new Float32Array(inputRows * dimensions);
  for (let i = 0; i < input.length; i++) input[i] = (random.uniform() - 0.5) * (2 / dimensions);
  const output = new Float32Array(inputs.length * dimensions);
  const trained = new Uint8Array(inputRows);
  for (const rows of inputs) for (const row of rows) trained[row] = 1;
  const table = drawTable(counts);
  const hidden = new Float32Array(dimensions);
  const gradient = new Float32Array(dimensions);

  const meanInto = (rows: readonly number[], out: Float32Array): void => {
    out.fill(0);
    for (const row of rows) {
      const at = row * dimensions;
      for (let i = 0; i < dimensions; i++) out[i]! += input[at + i]!;
    }
    for (let i = 0; i < dimensions; i++) out[i]! /= rows.length;
  };
  const pair = (token: number, label: 0 | 1, rate: number): void => {
    const at = token * dimensions;
    let product = 0;
    for (let i = 0; i < dimensions; i++) product += hidden[i]! * output[at + i]!;
    const step = rate * (label - 1 / (1 + Math.exp(-product)));
    for (let i = 0; i < dimensions; i++) {
      gradient[i]! += step * output[at + i]!;
      output[at + i]! += step * hidden[i]!;
    }
  };
  return {
    learn(tokens, rate) {
      for (let centre = 0; centre < tokens.length; centre++) {
        const rows = inputs[tokens[centre]!]!;
        meanInto(rows, hidden);
        gradient.fill(0);
        const width = 1 + random.below(window);
        const end = Math.min(tokens.length, centre + width + 1);
        for (let other = Math.max(0, centre - width); other < end; other++) {
          if (other === centre) continue;
          const context = tokens[other]!;
          pair(context, 1, rate);
          for (let n = 0; n < negatives; n++) {
            const drawn = table[random.below(tableSize)]!;
            if (drawn !== context) pair(drawn, 0, rate);
          }
        }
        for (const row of rows) {
          const at = row * dimensions;
          for (let i = 0; i < dimensions; i++) input[at + i]! += gradient[i]!;
        }
      }
    },
    vector(token) {
      const vector = new Float32Array(dimensions);
      meanInto(inputs[token]!, vector);
      return vector;
    },
    meanOf(rows) {
      const vector = new Float32Array(dimensions);
      meanInto(rows, vector);
      return vector;
    },
    isTrained: (row) => trained[row] === 1,
  };
}

/** Tokens in proportion to count^0.75, int32[tableSize]. */
function drawTable(counts: readonly number[]): Int32Array {
  const total = counts.reduce((sum, count) => sum + count ** power, 0);
  const table = new Int32Array(tableSize);
  let token = 0;
  let share = counts[0]! ** power / total;
  for (let i = 0; i < tableSize; i++) {
    table[i] = token;
    if ((i + 1) / tableSize > share && token + 1 < counts.length) share += counts[++token]! ** power / total;
  }
  return table;
}
