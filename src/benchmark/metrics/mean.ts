/** What samples add up to: a value and how far chance may have moved it. */
export interface Score {
  value: number;
  /** Standard error of the value over a draw of other items; null where it has none. */
  standard_error: number | null;
  items: number;
}

/** Mean with s/√n. Of no values: 0, since a task without items is an error elsewhere. */
export function mean(values: readonly number[]): Score {
  const items = values.length;
  if (items === 0) return { value: 0, standard_error: null, items };
  const value = values.reduce((sum, each) => sum + each, 0) / items;
  if (items === 1) return { value, standard_error: null, items };
  const squares = values.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, standard_error: Math.sqrt(squares / (items - 1) / items), items };
}

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
