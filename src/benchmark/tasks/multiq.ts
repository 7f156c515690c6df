import { z } from "zod";
import { type Item, itemFault } from "../items.js";
import { mean } from "../metrics/mean.js";
import { bestOver, squadExactMatch, squadF1 } from "../metrics/squad.js";
import { asGeneration, generation, isEmpty, type Task } from "../task.js";

const outputsSchema = z
  .array(z.union([z.string(), z.looseObject({ segment: z.string() }).transform(({ segment }) => segment)]))
  .min(1)
  .refine((texts) => texts.every((text) => text.trim() !== ""), "has an answer without words");

/** darumeru/MultiQ: a question over two texts, answered in at most 64 tokens; mean of SQuAD F1 and exact match. */
export const multiq: Task = {
  version: 1,
  dataset: "multiq",
  group: "DaruMERA",
  title: "questions over two texts",
  metric: "score",
  questions(item) {
    goldAnswers(item);
    return [{ ask: "generate", messages: item.messages, maxTokens: 64 }];
  },
  async judge(item, answers) {
    const answer = asGeneration(answers[0]);
    const golds = goldAnswers(item);
    const empty = isEmpty(answer);
    const f1 = empty ? 0 : bestOver(squadF1, answer.text, golds);
    const exact_match = empty ? 0 : bestOver(squadExactMatch, answer.text, golds);
    return { score: (f1 + exact_match) / 2, f1, exact_match, empty: empty ? 1 : 0 };
  },
  async gold(item, tokenizer) {
    const [text] = goldAnswers(item);
    return [await generation(text!, tokenizer)];
  },
  target: (item) => goldAnswers(item)[0]!,
  aggregate: (samples) =>
    Object.fromEntries(
      ["score", "f1", "exact_match", "empty"].map((name) => [name, mean(samples.map(({ metrics }) => metrics[name]!))]),
    ),
};

function goldAnswers({ outputs, place }: Item): string[] {
  const parsed = z.object({ outputs: outputsSchema }).safeParse({ outputs });
  if (!parsed.success) throw itemFault(place, parsed.error);
  return parsed.data.outputs;
}
