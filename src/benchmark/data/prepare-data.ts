/** The benchmark's data: the set that ships, a folder, or data sets of the hub; and which tasks that is enough for. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { BenchmarkError } from "../../errors.js";
import { parseHubId } from "../../model/hub/hub-id.js";
import { packageRoot } from "../../package-root.js";
import { tasks as registry, type TaskName } from "../registry.js";
import { type ChosenTask, selectTasks } from "../select-tasks.js";
import { sourceOf } from "./dataset-sources.js";
import { type DownloadDatasetsOptions, downloadDatasets } from "./download-datasets.js";
import { findDataset, noDataset } from "./find-dataset.js";

export interface BenchmarkData {
  /** A folder or a hub id. */
  data: string;
  tasks: TaskName[];
}

/** Our own small items; scores on them cannot be compared with Darumeru's. */
export const shippedData = (): string => path.join(packageRoot(), "data", "darumeru-mini");

/** Where items come from, in one line for people. */
export const shownData = (data: string): string =>
  data === shippedData()
    ? `items: the small set that ships with lep (${data}); scores on it are not Darumeru's`
    : `items: ${data}`;

/**
 * Downloads what is wanted where `data` is a hub id, and does `selectData`. Throws what `downloadDatasets` and `selectData`
 * throw, and `BenchmarkError` where `data` is neither a folder nor a hub id.
 */
export async function prepareData(
  data: string | undefined,
  chosen: readonly ChosenTask[],
  options: DownloadDatasetsOptions = {},
): Promise<BenchmarkData> {
  const entry = data === undefined ? undefined : statSync(data, { throwIfNoEntry: false });
  if (data === undefined || entry?.isDirectory()) return selectData(data, chosen);
  const id = entry === undefined ? parseHubId(data, "dataset") : undefined;
  if (id === undefined) {
    const what = entry === undefined ? "there is no such folder" : "not a folder";
    throw new BenchmarkError("benchmark.no_data", `${data}: ${what}`, {
      hint: "Give a folder, or a hub id such as RefalMachine/darumeru or RefalMachine/darumeru@revision.",
    });
  }
  const wanted = selectTasks(chosen, () => true).map((name) => registry[name].dataset);
  await downloadDatasets(id, wanted, options);
  return selectData(data, chosen);
}

/** For a plan: of what is not there yet, all of Darumeru's data sets are taken to be there. */
export function plannedData(data = shippedData(), chosen: readonly ChosenTask[]): BenchmarkData {
  const isHere = existsSync(data);
  const tasks = selectTasks(chosen, (dataset) =>
    isHere ? findDataset(data, dataset) !== undefined : sourceOf(dataset) !== undefined,
  );
  return { data, tasks };
}

/**
 * `data`: a folder or a hub id that was downloaded; the set that ships where it is left out. Throws `BenchmarkError` where it
 * lacks a data set that is asked for by name, or has none at all.
 */
export function selectData(data = shippedData(), chosen: readonly ChosenTask[]): BenchmarkData {
  const hasData = (dataset: string): boolean => findDataset(data, dataset) !== undefined;
  const tasks = selectTasks(chosen, hasData);
  const datasets = tasks.map((name) => registry[name].dataset);
  const missing = datasets.filter((dataset) => !hasData(dataset));
  if (missing.length > 0) throw noDataset(data, missing);
  if (chosen.length > 0 && tasks.length === 0) throw noDataset(data, ["of the benchmark"]);
  return { data, tasks };
}
