import { BenchmarkError } from "../../errors.js";
import { goldText, type Item } from "../items.js";
import { categoryMean, mean } from "../metrics/mean.js";
import { asChoice, certain, type Group, type Task } from "../task.js";

const letters = ["A", "B", "C", "D"];

/**
 * A question with lettered options: the model answers with the likeliest of the tokens A to D at the place of the answer.
 * `byCategory`: the mean over subjects within each category, then over categories, instead of the mean over items.
 */
export function letterTask(options: { dataset: string; group: Group; title: string; byCategory: boolean }): Task {
  const { byCategory, ...description } = options;
  const goldLetter = (item: Item): number => {
    const index = letters.indexOf(goldText(item).trim());
    if (index >= 0) return index;
    throw new BenchmarkError("benchmark.item", `${item.place}: outputs is not one of ${letters.join(", ")}`);
  };
  return {
    version: 1,
    ...description,
    metric: "accuracy",
    questions: ({ messages }) => [{ ask: "letter", messages, choices: letters }],
    judge: async (item, answers) => ({ accuracy: asChoice(answers[0]).choice === goldLetter(item) ? 1 : 0 }),
    gold: async (item) => [certain("letter", goldLetter(item), letters.length)],
    target: (item) => letters[goldLetter(item)]!,
    aggregate(samples) {
      if (!byCategory) return { accuracy: mean(samples.map(({ metrics }) => metrics.accuracy!)) };
      const accuracy = categoryMean(
        samples.map(({ metrics, meta }) => {
          const category = String(meta.category ?? "");
          return { value: metrics.accuracy!, category, subject: String(meta.subject ?? category) };
        }),
      );
      return { accuracy };
    },
  };
}
