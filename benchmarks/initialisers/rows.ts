import { type InitializerChoice, initializerOptions } from "../../src/pretraining/initializers/options.js";
import { type InitializerName, initializerNames } from "../../src/pretraining/initializers/registry.js";

/** One way to begin, for embedding and head. */
export interface BenchmarkRow {
  name: string;
  initializer: InitializerChoice;
  /** Where the head begins otherwise. */
  head?: InitializerChoice;
}

/** Options that are compared beside the defaults. */
const variants: Partial<Record<InitializerName, BenchmarkRow[]>> = {
  "weighted-mean": [{ name: "weighted-mean-frequency", initializer: { method: "weighted-mean", by: "frequency" } }],
  random: [
    { name: "random-drawn-norms", initializer: { method: "random", norms: "drawn" } },
    { name: "random-head-mean", initializer: "random", head: "mean" },
  ],
};

/** All initialisers, with their defaults and some variants; `wechsel` where its files are given. */
export function benchmarkRows(wechsel?: InitializerChoice): BenchmarkRow[] {
  return initializerNames.flatMap((name): BenchmarkRow[] => {
    if (name === "wechsel") return wechsel === undefined ? [] : [{ name, initializer: wechsel }];
    return [{ name, initializer: name }, ...(variants[name] ?? [])];
  });
}

/** The row as changes of a recipe. */
export function overridesOf({ initializer, head = initializer }: BenchmarkRow): string[] {
  const value = (choice: InitializerChoice) => JSON.stringify(initializerOptions(choice));
  return [`pretraining.initializer=${value(initializer)}`, `pretraining.head_initializer=${value(head)}`];
}
