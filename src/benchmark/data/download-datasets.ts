/** Darumeru's data sets from the hub: of each repository the files of the wanted data sets only. */
import { readFileSync } from "node:fs";
import { downloadSnapshot, type SnapshotOptions } from "../../model/hub/download-snapshot.js";
import { networkForbidden } from "../../model/hub/hub-access.js";
import { cachedSnapshot } from "../../model/hub/hub-cache.js";
import type { HubId } from "../../model/hub/hub-id.js";
import { readDatasetCard } from "./dataset-card.js";
import { repositoryOf, sourceOf } from "./dataset-sources.js";
import { splitFiles, type WantedSplit } from "./split-files.js";

export interface DownloadDatasetsOptions extends SnapshotOptions {
  /** No network: only what was downloaded before. LEP_OFFLINE=1 and HF_HUB_OFFLINE=1 say the same. */
  offline?: boolean | undefined;
}

/**
 * Downloads what of `datasets` the repositories have that they come from (`repositoryOf`). Offline it only looks whether
 * anything of each repository was downloaded. Throws what `downloadSnapshot` and `cachedSnapshot` throw.
 */
export async function downloadDatasets(
  id: HubId,
  datasets: readonly string[],
  options: DownloadDatasetsOptions,
): Promise<void> {
  const { offline = networkForbidden() } = options;
  for (const [repository, wanted] of byRepository(id, datasets)) {
    if (offline) cachedSnapshot(repository);
    else
      await downloadSnapshot(
        repository,
        (paths, fetchOne) => chooseFiles(paths, fetchOne, wanted, repository),
        options,
      );
  }
}

function byRepository(id: HubId, datasets: readonly string[]): [HubId, string[]][] {
  const groups = new Map<string, [HubId, string[]]>();
  for (const dataset of datasets) {
    const repository = repositoryOf(id, dataset);
    if (repository === undefined) continue;
    const group = groups.get(repository.name) ?? [repository, []];
    group[1].push(dataset);
    groups.set(repository.name, group);
  }
  return [...groups.values()];
}

async function chooseFiles(
  paths: readonly string[],
  fetchOne: (path: string) => Promise<string>,
  datasets: readonly string[],
  { name }: HubId,
): Promise<string[]> {
  const hasCard = paths.includes("README.md");
  const card = hasCard
    ? readDatasetCard(readFileSync(await fetchOne("README.md"), "utf8"), `${name}: README.md`)
    : new Map();
  const chosen = hasCard ? ["README.md"] : [];
  for (const dataset of datasets) {
    const source = sourceOf(dataset);
    const own: WantedSplit[] = ["test", "prompt"].map((split) => ({ configuration: dataset, split }));
    const hubs: WantedSplit[] =
      source === undefined
        ? []
        : ["test", source.prompt].map((split) => ({ configuration: source.configuration, split }));
    // In the order in which they are looked for, so that nothing comes that is not read.
    const inOwn = own.flatMap((split) => splitFiles(paths, new Map(), split, name));
    chosen.push(...(inOwn.length > 0 ? inOwn : hubs.flatMap((split) => splitFiles(paths, card, split, name))));
  }
  return chosen;
}
