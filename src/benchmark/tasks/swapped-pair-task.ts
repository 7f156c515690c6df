import { BenchmarkError } from "../../errors.js";
import { fillMessages, type Item } from "../items.js";
import { confidentAccuracy, rightBothWays } from "../metrics/confident-accuracy.js";
import { mean } from "../metrics/mean.js";
import { asChoice, certain, type Question, type Task } from "../task.js";
import { goldIndex } from "./choice-task.js";

const choices = ["1", "2"];

export interface SwappedPairOptions extends Partial<Task> {
  dataset: string;
  title: string;
  /** The question, with inputs that may have their choices swapped. */
  ask?(item: Item, inputs: Readonly<Record<string, string>>): Question & { ask: "letter" };
}

/** Two choices, asked in both orders; right where both answers are. */
export function swappedPairTask({ ask = askOnce, ...rest }: SwappedPairOptions): Task {
  return {
    version: 1,
    group: "DaruMERA",
    metric: "accuracy",
    questions(item) {
      goldIndex(item, choices);
      const { choice1, choice2 } = pairOf(item);
      return [ask(item, item.inputs), ask(item, { ...item.inputs, choice1: choice2, choice2: choice1 })];
    },
    async judge(item, answers) {
      const gold = goldIndex(item, choices);
      const direct = asChoice(answers[0]).choice === gold ? 1 : 0;
      const swapped = asChoice(answers[1]).choice === 1 - gold ? 1 : 0;
      return { accuracy: rightBothWays({ direct, swapped }), direct, swapped };
    },
    async gold(item) {
      const gold = goldIndex(item, choices);
      return [certain("letter", gold, 2), certain("letter", 1 - gold, 2)];
    },
    target: (item) => choices[goldIndex(item, choices)]!,
    aggregate(samples) {
      const pairs = samples.map(({ metrics }) => ({ direct: metrics.direct!, swapped: metrics.swapped! }));
      return {
        accuracy: confidentAccuracy(pairs),
        direct: mean(pairs.map(({ direct }) => direct)),
        swapped: mean(pairs.map(({ swapped }) => swapped)),
      };
    },
    ...rest,
  };
}

function askOnce(item: Item, inputs: Readonly<Record<string, string>>): Question & { ask: "letter" } {
  return { ask: "letter", messages: fillMessages(item.template, inputs, item.place), choices };
}

/** Throws where swapping the inputs would not swap what the model reads. */
function pairOf({ inputs, template, place }: Item): { choice1: string; choice2: string } {
  for (const name of ["choice1", "choice2"]) {
    if (inputs[name] === undefined) throw new BenchmarkError("benchmark.item", `${place}: inputs.${name} is missing`);
    if (!template.some(({ content }) => content.includes(`{${name}}`))) {
      throw new BenchmarkError("benchmark.item", `${place}: no message has {${name}}, so that it cannot be swapped`);
    }
  }
  return { choice1: inputs.choice1!, choice2: inputs.choice2! };
}
