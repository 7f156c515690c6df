import type { HubId } from "../../model/hub/hub-id.js";
import type { groupDatasets } from "../groups.js";

/** Where a data set lies on the hub. */
export interface DatasetSource {
  repository: string;
  configuration: string;
  /** The hub's name of the split with the worked examples. */
  prompt: string;
}

type DarumeruDataset = (typeof groupDatasets)[keyof typeof groupDatasets][number];

const darumeru = (configuration: string, prompt = "prompt"): DatasetSource => ({
  repository: "RefalMachine/darumeru",
  configuration,
  prompt,
});
const treeway: DatasetSource = {
  repository: "dichspace/daru_treeway_eval",
  configuration: "default",
  prompt: "prompt",
};

/** The data sets that the public harness reads (RefalMachine/llmtf_open); one row may serve two of ours. */
export const datasetSources: Readonly<Record<DarumeruDataset, DatasetSource>> = {
  mmlu_ru: darumeru("mmlu_nlpcoreteam", "dev"),
  mmlu_en: darumeru("mmlu_nlpcoreteam", "dev"),
  rummlu: darumeru("rummlu"),
  multiq: darumeru("multiq"),
  parus: darumeru("parus"),
  rcb: darumeru("rcb"),
  ruopenbookqa: darumeru("ruopenbookqa"),
  ruworldtree: darumeru("ruworldtree"),
  rutie: darumeru("rutie"),
  rwsd: darumeru("rwsd"),
  use: darumeru("use"),
  treeway_abstractive: treeway,
  treeway_extractive: treeway,
  cp_sent_en: darumeru("cp_sent_en"),
  cp_para_en: darumeru("cp_para_en"),
  cp_sent_ru: darumeru("cp_sent_ru"),
  cp_para_ru: darumeru("cp_para_ru"),
};

/** Undefined for a data set that is not Darumeru's. */
export const sourceOf = (dataset: string): DatasetSource | undefined =>
  Object.hasOwn(datasetSources, dataset) ? datasetSources[dataset as DarumeruDataset] : undefined;

const repositories = new Set(Object.values(datasetSources).map(({ repository }) => repository));

/**
 * Where a data set comes from when `id` is asked for. Of Darumeru's own repositories each has its data sets, and the others
 * come from where they lie, at their newest; any other repository is taken for a copy that has them all.
 */
export function repositoryOf(id: HubId, dataset: string): HubId | undefined {
  const source = sourceOf(dataset);
  if (!repositories.has(id.name) || source?.repository === id.name) return id;
  return source && { type: "dataset", name: source.repository, revision: "main" };
}
