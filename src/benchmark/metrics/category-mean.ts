import { mean, type Score } from "./mean.js";

/** Mean over subjects within each category, then over categories (MMLU of NLP Core Team): a small subject counts as much as a large one. */
export function categoryMean(samples: readonly { value: number; category: string; subject: string }[]): Score {
  const categories = new Map<string, Map<string, number[]>>();
  for (const { value, category, subject } of samples) {
    const subjects = categories.get(category) ?? new Map<string, number[]>();
    categories.set(category, subjects);
    const values = subjects.get(subject) ?? [];
    subjects.set(subject, values);
    values.push(value);
  }
  let value = 0;
  let variance = 0;
  let known = true;
  for (const subjects of categories.values()) {
    const weight = 1 / categories.size / subjects.size;
    for (const values of subjects.values()) {
      const each = mean(values);
      value += weight * each.value;
      if (each.standard_error === null) known = false;
      else variance += (weight * each.standard_error) ** 2;
    }
  }
  return { value, standard_error: known && samples.length > 0 ? Math.sqrt(variance) : null, items: samples.length };
}
