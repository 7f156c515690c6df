import { z } from "zod";
import { goldText, type Item, itemFault } from "../items.js";
import { mean } from "../metrics/mean.js";
import { bestUseAnswer, mostUsePoints, type UseQuestion, usePoints, useScore } from "../metrics/use-points.js";
import { asGeneration, generation, isEmpty, type Task } from "../task.js";

const label = z.union([z.string().min(1), z.int()]).transform(String);
const metaSchema = z.object({ meta: z.looseObject({ id_task: label, variant: label, type: z.string().min(1) }) });

/** darumeru/USE: the exam in Russian, answered in at most 64 tokens; points of each variant / 34, mean over variants. */
export const use: Task = {
  version: 1,
  dataset: "use",
  group: "DaruMERA",
  title: "the state exam in Russian",
  metric: "score",
  questions(item) {
    questionOf(item);
    return [{ ask: "generate", messages: item.messages, maxTokens: 64 }];
  },
  async judge(item, answers) {
    const answer = asGeneration(answers[0]);
    const question = questionOf(item);
    const empty = isEmpty(answer);
    const points = empty ? 0 : usePoints(question, answer.text.trim());
    return { points, most_points: mostUsePoints(question), empty: empty ? 1 : 0 };
  },
  async gold(item, tokenizer) {
    const text = bestUseAnswer(questionOf(item));
    return [await generation(text, tokenizer)];
  },
  target: (item) => questionOf(item).gold,
  aggregate(samples, failed = []) {
    const worth = failed.map(({ meta }) => ({ variant: String(meta.variant), points: Number(meta.score ?? 1) }));
    const points = samples.map(({ metrics, meta }) => ({ variant: String(meta.variant), points: metrics.points! }));
    return { score: useScore(points, worth), empty: mean(samples.map(({ metrics }) => metrics.empty!)) };
  },
};

function questionOf(item: Item): UseQuestion {
  const parsed = metaSchema.safeParse({ meta: item.meta });
  if (!parsed.success) throw itemFault(item.place, parsed.error);
  const { id_task, type } = parsed.data.meta;
  return { id_task, type, gold: typeof item.outputs === "number" ? String(item.outputs) : goldText(item).trim() };
}
