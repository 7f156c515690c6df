/**
 * Files and folders that a recipe names. A relative path is looked for in the current folder, beside the recipe, and
 * among the files that ship with lep, in this order. Works on the recipe as written, so that a missing file is reported
 * together with every other fault.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { escapePath, globSync, isDynamicPattern } from "tinyglobby";
import { findDataset } from "./benchmark/data/find-dataset.js";
import { shippedData } from "./benchmark/data/prepare-data.js";
import { tasks } from "./benchmark/registry.js";
import { type ChosenTask, selectTasks, taskChoices } from "./benchmark/select-tasks.js";
import { parseHubId } from "./model/hub/hub-id.js";
import { packageRoot } from "./package-root.js";

type Kind = "model" | "data" | "glob" | "folder";

/** Where paths stand; `*` is any key, and a list holds one in each place. */
const places: readonly [keys: string, kind: Kind][] = [
  ["models.base", "model"],
  ["models.instruct", "model"],
  ["corpus.train", "glob"],
  ["corpus.train.*.files", "glob"],
  ["corpus.validation", "glob"],
  ["vocabulary.from", "model"],
  ["vocabulary.keep_corpus.files", "glob"],
  ...["initializer", "head_initializer"].flatMap((key): [string, Kind][] =>
    ["source_vectors", "target_vectors", "dictionary", "vectors.file"].map((file) => [
      `pretraining.${key}.${file}`,
      "folder",
    ]),
  ),
  ["pretraining.replay.corpus.files", "glob"],
  ["calibration.prompts", "glob"],
  ["calibration.instructions", "glob"],
  ["calibration.sources.*.prompts", "glob"],
  ["calibration.sources.*.instructions", "glob"],
  ["calibration.copy_task.corpus.files", "glob"],
  ["calibration.plain_text.corpus.files", "glob"],
  ["benchmark.data", "data"],
  ["report.vocabularies.*", "model"],
  ["report.corpora.*.files", "glob"],
];

type Section = Record<string, unknown>;

export interface PathFaults {
  /** Files and folders that are not there, a line each. */
  missing: string[];
  /** What could be neither a path nor a hub id. */
  faults: string[];
}

/** Makes the paths in `raw` absolute, in place; what is not there stays as it is written. */
export function resolveRecipePaths(raw: Section, recipeFolder: string): PathFaults {
  const roots = [process.cwd(), recipeFolder, packageRoot()];
  const missing: string[] = [];
  const faults: string[] = [];
  for (const [pattern, kind] of places) {
    for (const { section, last, keys } of matches(raw, pattern.split("."))) {
      const resolve = (name: unknown, place: string): unknown => {
        if (typeof name !== "string") return name;
        const found = kind === "glob" ? findGlob(name, roots) : findPath(name, roots);
        if (found !== undefined) return found;
        if (kind === "data" && !shipped.test(name) && parseHubId(name, "dataset") !== undefined) return name;
        if (kind !== "model") missing.push(`${place}: ${name} ${kind === "glob" ? "matches nothing" : "is not there"}`);
        else if (shipped.test(name) || parseHubId(name) === undefined)
          faults.push(`${place}: ${name} is neither a folder nor a hub id`);
        return name;
      };
      const value = section[last];
      section[last] = Array.isArray(value)
        ? value.map((name, i) => resolve(name, `${keys}.${i}`))
        : resolve(value, keys);
    }
  }
  return { missing: [...missing, ...missingDatasets(raw)], faults };
}

/** What begins with a folder that ships with lep is a path, though it looks like a hub id. */
const shipped = /^(data|recipes|tokenizers)\//;

interface Match {
  section: Section;
  last: string;
  /** The whole path. */
  keys: string;
}

/** Where the recipe has what `pattern` names. */
function matches(section: unknown, pattern: string[], before = ""): Match[] {
  const [key = "", ...rest] = pattern;
  if (typeof section !== "object" || section === null) return [];
  return (key === "*" ? Object.keys(section) : [key]).flatMap((name) => {
    const keys = before === "" ? name : `${before}.${name}`;
    if (inner(section, name) === undefined) return [];
    return rest.length > 0
      ? matches(inner(section, name), rest, keys)
      : [{ section: section as Section, last: name, keys }];
  });
}

function inner(section: unknown, key: string): unknown {
  const own = typeof section === "object" && section !== null && Object.hasOwn(section, key);
  return own ? (section as Section)[key] : undefined;
}

function findPath(name: string, roots: string[]): string | undefined {
  return roots.map((root) => path.resolve(root, name)).find((candidate) => existsSync(candidate));
}

function findGlob(pattern: string, roots: string[]): string | undefined {
  const plain = findPath(pattern, roots);
  if (plain !== undefined || !isDynamicPattern(pattern)) return plain;
  if (path.isAbsolute(pattern)) return globSync(pattern, { absolute: true }).length > 0 ? pattern : undefined;
  const root = roots.find((candidate) => globSync(pattern, { cwd: candidate }).length > 0);
  // The folder's own name may hold characters of globs.
  return root === undefined ? undefined : `${escapePath(root)}/${pattern}`;
}

/** Of tasks that are named; `all` are those that have data. */
function missingDatasets(raw: Section): string[] {
  const data = inner(raw.benchmark, "data") ?? shippedData();
  const named = inner(raw.benchmark, "tasks");
  if (typeof data !== "string" || !existsSync(data)) return [];
  return (Array.isArray(named) ? named : [named]).flatMap((name: unknown, i) => {
    if (name === "all" || !(taskChoices as readonly unknown[]).includes(name)) return [];
    const datasets = selectTasks([name as ChosenTask], () => true).map((task) => tasks[task].dataset);
    const missing = datasets.filter((dataset) => findDataset(data, dataset) === undefined);
    const place = Array.isArray(named) ? `benchmark.tasks.${i}` : "benchmark.tasks";
    return missing.map((dataset) => `${place}: ${data} has no data set ${dataset}`);
  });
}
