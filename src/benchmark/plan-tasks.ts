/** The tasks of a run with their items, and the hashes that say when two runs ask the same. */
import { sha256 } from "../sha256.js";
import type { Prompt } from "./item-form.js";
import { type Dataset, type Item, readDataset } from "./items.js";
import { tasks as registry, type TaskName } from "./registry.js";
import type { RunTask } from "./runs.js";
import type { Task } from "./task.js";

export type ReplacedPrompts = Partial<Record<TaskName, Prompt>>;

export interface AskedOptions {
  /** Folder with one folder a data set. */
  data: string;
  /** Prompts in the place of the tasks' own and of the items' messages. */
  prompts?: ReplacedPrompts | undefined;
  few_shot: number;
  /** At most so many items a task. */
  limit: number | undefined;
  /** System message of every conversation. */
  system: string | undefined;
  /** Type of the weights. */
  type: string;
}

export interface PlannedTask {
  name: TaskName;
  task: Task;
  items: Item[];
  /** What few-shot examples are taken from, the best first. */
  examples: Item[];
  /** Of all items as they are in the file. */
  items_sha256: string;
  /** Of the questions that the task makes of them, before any chat template. */
  questions_sha256: string;
  key: string;
}

/** Throws `BenchmarkError` where data is missing or broken. */
export async function planTasks(names: readonly TaskName[], options: AskedOptions): Promise<PlannedTask[]> {
  const planned: PlannedTask[] = [];
  for (const name of names) planned.push(await planTask(name, options));
  return planned;
}

/** The same of one. */
export async function planTask(name: TaskName, options: AskedOptions): Promise<PlannedTask> {
  const { few_shot, limit, system, type } = options;
  const task: Task = registry[name];
  const { test, prompt, sha256: items_sha256 } = await datasetOf(name, options);
  const items = test.slice(0, limit);
  // All of them: two limits ask the same of the items that both have.
  const asked = test.map((item) => task.questions(item));
  const shown = few_shot === 0 ? [] : prompt.map((item) => [item.messages, task.target(item)]);
  const chosen = few_shot === 0 ? [] : test.map((item) => task.examples?.(item, prompt).map(({ id }) => id) ?? null);
  const questions_sha256 = sha256(JSON.stringify([asked, shown, chosen]));
  const key = sha256(JSON.stringify([name, items_sha256, questions_sha256, few_shot, system ?? null, type]));
  return { name, task, items, examples: prompt, items_sha256, questions_sha256, key };
}

/**
 * What a run is known by beside model and tokenizer. Versions of metrics are not part of it: answers stay, and are judged
 * again where a version is another.
 */
export function identityOptions(planned: readonly PlannedTask[], asked: AskedOptions) {
  const { prompts = {}, few_shot, limit, system, type } = asked;
  const replaced = planned.flatMap(({ name }) => (prompts[name] === undefined ? [] : [[name, prompts[name]] as const]));
  return {
    tasks: planned.map(({ name, items_sha256, questions_sha256 }) => ({
      task: name,
      items: items_sha256,
      questions: questions_sha256,
    })),
    // All that is needed to make the same questions again.
    ...(replaced.length > 0 && { prompts: Object.fromEntries(replaced) as ReplacedPrompts }),
    few_shot,
    limit: limit ?? null,
    system: system ?? null,
    type,
  };
}

export const runTask = ({ name, task, items, key }: PlannedTask): RunTask => ({
  task: name,
  task_version: task.version,
  key,
  items: items.map(({ id }) => id),
});

/** The items of each task, as a run with these options has them. */
export async function itemsOfTasks(
  names: readonly TaskName[],
  options: Pick<AskedOptions, "data" | "limit">,
): Promise<Record<string, Item[]>> {
  const all: Record<string, Item[]> = {};
  for (const name of names) all[name] = (await datasetOf(name, options)).test.slice(0, options.limit);
  return all;
}

function datasetOf(name: TaskName, { data, prompts }: Pick<AskedOptions, "data" | "prompts">): Promise<Dataset> {
  const task: Task = registry[name];
  return readDataset(data, task.dataset, { ...task, replacement: prompts?.[name] });
}
