import type { DownloadDatasetsOptions } from "../benchmark/data/download-datasets.js";
import { prepareData } from "../benchmark/data/prepare-data.js";
import type { Recipe } from "../recipe.js";

/** Downloads the items of the recipe's tasks: that they cannot be had is to be known before hours of training. */
export async function downloadBenchmarkData({ benchmark }: Recipe, downloads: DownloadDatasetsOptions): Promise<void> {
  if (benchmark !== undefined && benchmark.tasks.length > 0) {
    await prepareData(benchmark.data, benchmark.tasks, downloads);
  }
}
