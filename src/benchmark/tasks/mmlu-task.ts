import { z } from "zod";
import { BenchmarkError } from "../../errors.js";
import type { Prompt } from "../item-form.js";
import { type Item, itemFault } from "../items.js";
import { categoryMean } from "../metrics/category-mean.js";
import type { Task } from "../task.js";
import { choiceTask, letters } from "./choice-task.js";
import { mmluSubjects } from "./mmlu-subjects.js";

const choices = z.array(z.string()).length(letters.length);
const answer = z.union([
  z.enum(letters),
  z
    .int()
    .min(0)
    .max(letters.length - 1)
    .transform((place) => letters[place]!),
]);
const subject = z.string().refine((name) => mmluSubjects.has(name), "is none of the 57 subjects");

const rowSchemas = {
  ru: z
    .object({ subject, question_ru: z.string().min(1), choices_ru: choices, answer })
    .transform((row) => ({ ...row, question: row.question_ru, choices: row.choices_ru })),
  en: z
    .object({ subject, question_en: z.string().min(1), choices_en: choices, answer })
    .transform((row) => ({ ...row, question: row.question_en, choices: row.choices_en })),
};

/**
 * MMLU of NLP Core Team in one of its languages: the mean over subjects within each of four categories, then over the
 * categories. Examples come from the same subject.
 */
export function mmluTask(options: { dataset: string; language: "ru" | "en"; title: string; prompt: Prompt }): Task {
  const { language, ...description } = options;
  const task = choiceTask({
    ...description,
    group: "DaruMMLU",
    choices: letters,
    row(row, place) {
      const parsed = rowSchemas[language].safeParse(row);
      if (!parsed.success) throw itemFault(place, parsed.error);
      const { subject: name, question, choices: options, answer: outputs } = parsed.data;
      const shown = language === "ru" ? mmluSubjects.get(name)!.russian : name.replaceAll("_", " ");
      const [option_a, option_b, option_c, option_d] = options;
      const inputs = { subject: shown, question, option_a, option_b, option_c, option_d };
      return { inputs, outputs, meta: { subject: name } };
    },
    examples(item, all) {
      const same = all.filter(({ meta }) => meta.subject === item.meta.subject);
      return same.length > 0 ? same : all;
    },
    aggregate: (samples) => ({
      accuracy: categoryMean(
        samples.map(({ metrics, meta }) => ({
          value: metrics.accuracy!,
          category: categoryOf(meta) ?? "",
          subject: String(meta.subject),
        })),
      ),
    }),
  });
  return {
    ...task,
    questions(item) {
      checkCategory(item);
      return task.questions(item);
    },
  };
}

function categoryOf({ category, subject: name }: Record<string, unknown>): string | undefined {
  return typeof category === "string" ? category : mmluSubjects.get(String(name))?.category;
}

function checkCategory({ meta, place }: Item): void {
  if (typeof meta.subject === "string" && categoryOf(meta) !== undefined) return;
  throw new BenchmarkError(
    "benchmark.item",
    `${place}: meta.subject is none of MMLU's 57 subjects, and there is no meta.category`,
  );
}
