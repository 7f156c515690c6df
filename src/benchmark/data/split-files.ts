/**
 * Which files of a data set's repository make up a split: those that the card names, else by the names that the hub's own
 * tools give and find (huggingface.co/docs/hub/datasets-file-names-and-splits).
 */
import { BenchmarkError } from "../../errors.js";
import type { DatasetCard } from "./dataset-card.js";

/** One that is nearer to the front is taken where a split is there in several. */
const formats = ["jsonl", "json", "parquet"];

export interface WantedSplit {
  configuration: string;
  split: string;
}

/**
 * Paths inside of the repository, in the order of their rows; none where the split is not there. `place`: for messages.
 * Throws `BenchmarkError` where a part is missing.
 */
export function splitFiles(
  paths: readonly string[],
  card: DatasetCard,
  { configuration, split }: WantedSplit,
  place: string,
): string[] {
  const named = card.get(configuration)?.get(split)?.map(patternOf);
  const isOurs = named ?? conventionsOf(configuration, split);
  const found = paths.filter((path) => formatOf(path) !== undefined && isOurs.some((pattern) => pattern.test(path)));
  const format = formats.find((each) => found.some((path) => formatOf(path) === each));
  const files = found.filter((path) => formatOf(path) === format).sort();
  checkParts(files, place);
  return files;
}

const formatOf = (path: string): string | undefined => /\.(jsonl|json|parquet)(?:\.(?:gz|zst))?$/.exec(path)?.[1];

/** `test.jsonl`, `test-00000-of-00002.parquet`, `test/0000.parquet`, in the folder of the configuration. */
function conventionsOf(configuration: string, split: string): RegExp[] {
  const name = "[\\w.-]+";
  const file = `${escaped(split)}(?:-\\d+-of-\\d+)?\\.[a-z.]+|${escaped(split)}/${name}`;
  const folders = configuration === "default" ? ["", "data/", "default/"] : [`${escaped(configuration)}/`];
  return folders.map((folder) => new RegExp(`^${folder}(?:${file})$`));
}

/** Like the hub's own: `*` and `?` stay inside of a folder, `**` does not. */
function patternOf(pattern: string): RegExp {
  const parts = pattern.replace(/^\.\//, "").split(/(\*\*\/|\*\*|\*|\?)/);
  const wild: Record<string, string> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
  return new RegExp(`^${parts.map((part) => wild[part] ?? escaped(part)).join("")}$`);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function checkParts(files: readonly string[], place: string): void {
  for (const file of files) {
    const [, start, part, , end] = /^(.*-)(\d+)(-of-)(\d+\..*)$/.exec(file) ?? [];
    if (part === undefined) continue;
    const count = Number.parseInt(end!, 10);
    for (let i = 0; i < count; i++) {
      const other = `${start}${String(i).padStart(part.length, "0")}-of-${end}`;
      if (files.includes(other)) continue;
      throw new BenchmarkError("benchmark.missing_part", `${place}: ${other} is not there, though ${file} is`, {
        hint: "The download may not have ended: download the data set again.",
      });
    }
  }
}
