import { BenchmarkError } from "../../errors.js";
import type { Item } from "../items.js";
import { classScores } from "../metrics/class-scores.js";
import { mean } from "../metrics/mean.js";
import { asChoice, certain, type Group, type JudgedSample, type Task } from "../task.js";

export const letters = ["A", "B", "C", "D"] as const;

export interface ChoiceTaskOptions extends Partial<Task> {
  dataset: string;
  group: Group;
  title: string;
  choices: readonly string[];
  /** `outputs` may go on behind the choice. */
  goldMayGoOn?: boolean;
  /** The score is the mean of accuracy and macro F1, not accuracy alone. */
  macroF1?: boolean;
}

/** A question whose answer is one token: the likeliest of the choices at the place of the answer. */
export function choiceTask({ choices, goldMayGoOn = false, macroF1 = false, ...rest }: ChoiceTaskOptions): Task {
  const goldChoice = (item: Item): number => goldIndex(item, choices, goldMayGoOn);
  return {
    version: 2,
    metric: macroF1 ? "score" : "accuracy",
    questions(item) {
      goldChoice(item);
      return [{ ask: "letter", messages: item.messages, choices: [...choices] }];
    },
    async judge(item, answers) {
      const gold = goldChoice(item);
      const { choice } = asChoice(answers[0]);
      return { accuracy: choice === gold ? 1 : 0, gold, predicted: choice };
    },
    gold: async (item) => [certain("letter", goldChoice(item), choices.length)],
    target: (item) => choices[goldChoice(item)]!,
    aggregate(samples) {
      const of = (name: string): number[] => samples.map(({ metrics }) => metrics[name]!);
      return macroF1 ? classScores(of("gold"), of("predicted")) : { accuracy: mean(accuracies(samples)) };
    },
    ...rest,
  };
}

export const accuracies = (samples: readonly JudgedSample[]): number[] =>
  samples.map(({ metrics }) => metrics.accuracy!);

/** Place of the gold answer among the choices. Throws `BenchmarkError` where `outputs` is none of them. */
export function goldIndex({ outputs, place }: Item, choices: readonly string[], mayGoOn = false): number {
  const text = typeof outputs === "number" ? String(outputs) : typeof outputs === "string" ? outputs.trim() : "";
  const index = mayGoOn ? choices.findIndex((choice) => text.startsWith(choice)) : choices.indexOf(text);
  if (index >= 0) return index;
  throw new BenchmarkError("benchmark.item", `${place}: outputs is not one of ${choices.join(", ")}`);
}
