import { type BenchmarkData, prepareData, shownData } from "../benchmark/data/prepare-data.js";
import { type ChosenTask, taskChoices } from "../benchmark/select-tasks.js";
import { RecipeError } from "../errors.js";
import { withProgress } from "./with-progress.js";

/** What `--tasks` names. Throws `RecipeError`. */
export function chosenTasks(given: string): ChosenTask[] {
  const names = given.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !(taskChoices as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new RecipeError("command.options", `--tasks: unknown ${unknown.join(", ")}`, {
      hint: `Tasks: ${taskChoices.join(", ")}.`,
    });
  }
  return names as ChosenTask[];
}

/** The items and tasks that a command is given; a download is shown, and Ctrl-C ends it. Says on stderr where items come from. */
export async function benchmarkData(data: string | undefined, tasks: string): Promise<BenchmarkData> {
  const chosen = chosenTasks(tasks);
  const found = await withProgress((progress, signal) => prepareData(data, chosen, { progress, signal }));
  process.stderr.write(`lep: ${shownData(found.data)}\n`);
  return found;
}
