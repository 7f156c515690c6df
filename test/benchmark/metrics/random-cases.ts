/** The cases of reference.py, made anew: the same generator over random-cases.json, so that only the values must be stored. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../../src/package-root.js";

const folder = path.join(packageRoot(), "test", "benchmark", "metrics");
const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), "utf8"));

const { palettes, separators, lengths } = read("random-cases.json") as {
  palettes: Record<string, string[]>;
  separators: string[];
  lengths: number[];
};
const reference = read("reference.json") as Record<string, string>;

/** What reference.py found, in the order of the cases. */
export const referenceValues = (name: string): number[] => reference[name]!.split(" ").map(Number);

/** Integers in [0, n) from a linear congruence modulo 2^31 (the constants of ANSI C). */
export function below(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 16) % n;
  };
}

type Parts = string[];

/** Words and separators in turn, from one palette or from all; now and then a very long text. */
function parts(random: (n: number) => number): Parts {
  const names = Object.keys(palettes);
  const chosen = random(names.length + 1);
  const length = random(60) === 0 ? 400 : lengths[random(lengths.length)]!;
  const made: Parts = [];
  for (let i = 0; i < length; i++) {
    const palette = palettes[names[chosen < names.length ? chosen : random(names.length)]!]!;
    made.push(palette[random(palette.length)]!, separators[random(separators.length)]!);
  }
  return made;
}

/** A copy with about an eighth of its parts left out or turned into capitals or small letters. */
function changed(made: Parts, random: (n: number) => number): Parts {
  const copy: Parts = [];
  for (const part of made) {
    const what = random(24);
    if (what === 0) continue;
    copy.push(what === 1 ? part.toUpperCase() : what === 2 ? part.toLowerCase() : part);
  }
  return copy;
}

/** Two texts, in every other case one made of the other. */
export function textPair(random: (n: number) => number): [a: string, b: string] {
  const first = parts(random);
  const second = random(2) === 0 ? changed(first, random) : parts(random);
  return [first.join(""), second.join("")];
}
