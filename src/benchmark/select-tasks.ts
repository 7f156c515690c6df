import { groupDatasets } from "./groups.js";
import { type TaskName, taskNames, tasks } from "./registry.js";
import type { Group } from "./task.js";

export const groupNames = Object.keys(groupDatasets) as [Group, ...Group[]];

/** What may stand where tasks are named. */
export const taskChoices = ["all", ...groupNames, ...taskNames] as const;
export type ChosenTask = (typeof taskChoices)[number];

/** Tasks in the order in which they are named, each once: a group stands for its tasks, `all` for those that have data. */
export function selectTasks(chosen: readonly ChosenTask[], hasData: (dataset: string) => boolean): TaskName[] {
  const names = chosen.flatMap((choice): TaskName[] => {
    if (choice === "all") return taskNames.filter((name) => hasData(tasks[name].dataset));
    const group = taskNames.filter((name) => tasks[name].group === choice);
    return group.length > 0 ? group : [choice as TaskName];
  });
  return [...new Set(names)];
}
