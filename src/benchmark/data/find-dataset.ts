/**
 * The files of a data set: in a folder in the layout of this project (`<dataset>/test.jsonl`), or as a data set of the hub was
 * downloaded, in the folder itself or below it under the repository's name; or in the cache of the hub. Never from the network.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { BenchmarkError } from "../../errors.js";
import { cachedFolder } from "../../model/hub/hub-cache.js";
import { parseHubId } from "../../model/hub/hub-id.js";
import { type DatasetCard, readDatasetCard } from "./dataset-card.js";
import { repositoryOf, sourceOf } from "./dataset-sources.js";
import { splitFiles } from "./split-files.js";

export interface DatasetFiles {
  /** At least one. */
  test: string[];
  prompt: string[];
}

interface Place {
  folder: string;
  /** Of the paths inside, only those below this folder are looked at. */
  below: string;
  card: DatasetCard;
  configuration: string;
  prompt: string;
}

/**
 * `data`: a folder or a hub id. Undefined where its test split is not there. Throws `BenchmarkError` for a card that is no good
 * and a missing part.
 */
export function findDataset(data: string, dataset: string): DatasetFiles | undefined {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(dataset)) {
    throw new BenchmarkError("benchmark.unsafe_path", `${JSON.stringify(dataset)} is no name of a data set`);
  }
  const folder = folderOf(data, dataset);
  if (folder === undefined) return undefined;
  for (const { folder: root, below, card, configuration, prompt } of places(folder, dataset)) {
    const paths = filesBelow(root, below);
    const find = (split: string): string[] =>
      splitFiles(paths, card, { configuration, split }, root).map((file) => path.join(root, file));
    const test = find("test");
    if (test.length > 0) return { test, prompt: find(prompt) };
  }
  return undefined;
}

export const noDataset = (data: string, datasets: readonly string[]): BenchmarkError =>
  new BenchmarkError("benchmark.no_data", `${data}: there is no data set ${datasets.join(", ")}`, {
    hint: "A folder has <dataset>/test.jsonl or test.parquet, or is a downloaded RefalMachine/darumeru; offline, only what was downloaded is there.",
  });

function folderOf(data: string, dataset: string): string | undefined {
  if (existsSync(data)) return data;
  const id = parseHubId(data, "dataset");
  const repository = id && repositoryOf(id, dataset);
  return repository && cachedFolder(repository);
}

function* places(folder: string, dataset: string): Generator<Place> {
  yield { folder, below: dataset, card: new Map(), configuration: dataset, prompt: "prompt" };
  const source = sourceOf(dataset);
  if (source === undefined) return;
  const { repository, configuration, prompt } = source;
  for (const name of [repository, path.basename(repository), ""]) {
    const root = path.join(folder, name);
    if (!existsSync(root)) continue;
    const readme = path.join(root, "README.md");
    const card = existsSync(readme) ? readDatasetCard(readFileSync(readme, "utf8"), readme) : new Map();
    yield { folder: root, below: "", card, configuration, prompt };
  }
}

/** A data set's repository is flat; what is deeper belongs to something else. */
const deepest = 4;

/** Paths of files relative to `folder`, with `/`. Links are followed: the hub's cache is made of them. */
function filesBelow(folder: string, below: string, depth = 0): string[] {
  const place = path.join(folder, below);
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(place)
    .sort()
    .flatMap((name) => {
      if (name.startsWith(".") || name === "node_modules") return [];
      const inside = below === "" ? name : `${below}/${name}`;
      const stat = statSync(path.join(folder, inside), { throwIfNoEntry: false });
      if (stat?.isFile()) return [inside];
      return stat?.isDirectory() && depth < deepest ? filesBelow(folder, inside, depth + 1) : [];
    });
}
