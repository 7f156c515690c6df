/** Stored answers under the present version of a task's metrics: the model is not asked. */
import { BenchmarkError } from "../errors.js";
import type { PlannedTask } from "./plan-tasks.js";
import type { Judgement, Store } from "./store.js";
import type { TokenCounter } from "./task.js";

/**
 * Judges the answers of one task of a run, all in one transaction: a killed process leaves the old metrics and scores, or
 * has all the new ones. Returns how many answers there were. Throws `BenchmarkError` where an item is not there.
 */
export async function judgeAgain(
  store: Store,
  run: number,
  { name, task, items }: Pick<PlannedTask, "name" | "task" | "items">,
  tokenizer: TokenCounter,
): Promise<number> {
  const byId = new Map(items.map((item) => [item.id, item]));
  const judged: Judgement[] = [];
  for (const { item_id, answers } of store.samples(run, name)) {
    const item = byId.get(item_id);
    if (item === undefined)
      throw new BenchmarkError("benchmark.no_item", `${name}: item ${item_id} is not in the data`);
    judged.push({ item_id, target: task.target(item), metrics: await task.judge(item, answers, tokenizer) });
  }
  store.judge(run, { name, task }, judged);
  return judged.length;
}
