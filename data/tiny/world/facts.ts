/**
 * The table of facts: which thing has which value. Half of the facts of every attribute are stated in
 * both languages, the others in English only; of each half some are asked in tuning, the others only in the benchmark.
 */
import { createRandom } from "../../../src/random.js";
import type { Attribute } from "./attribute.js";
import { attributes } from "./attributes.js";
import { type Thing, thingsOf } from "./things.js";
import { type Value, valueSets } from "./values.js";

export interface Fact {
  thing: Thing;
  attribute: Attribute;
  value: Value;
  /** `english`: no Russian text, question or answer anywhere in the training states it. */
  stated: "both" | "english";
  /** Facts that are asked in the benchmark are never asked in tuning or calibration, in no language. */
  asked: "tuning" | "benchmark";
}

/** Share of each half that may be asked in tuning. */
const tuningShare = 0.55;

export function makeFacts(seed: number): Fact[] {
  const random = createRandom(seed);
  return attributes.flatMap((attribute) => {
    const pairs = attribute.categories.flatMap((category) => {
      const values: Value[] = random.shuffle([...valueSets[attribute.values]]);
      return random.shuffle(thingsOf(category)).map((thing, i) => ({ thing, value: values[i % values.length]! }));
    });
    random.shuffle(pairs);
    const both = Math.round(pairs.length / 2);
    return pairs.map((pair, i): Fact => {
      const [first, size] = i < both ? [0, both] : [both, pairs.length - both];
      return {
        ...pair,
        attribute,
        stated: i < both ? "both" : "english",
        asked: i - first < Math.round(size * tuningShare) ? "tuning" : "benchmark",
      };
    });
  });
}
