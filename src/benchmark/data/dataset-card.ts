/**
 * The front matter of a data set's README on the hub: which files each split of each configuration is made of
 * (huggingface.co/docs/hub/datasets-manual-configuration).
 */
import { parseDocument } from "yaml";
import { z } from "zod";
import { BenchmarkError } from "../../errors.js";

const paths = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const cardSchema = z.object({
  configs: z
    .array(
      z.object({
        config_name: z.string().default("default"),
        data_files: z.union([
          z.array(z.object({ split: z.string(), path: paths })),
          // Files without the names of splits are found by their own names.
          z.unknown().transform(() => []),
        ]),
      }),
    )
    .nullish(),
});

/** Configuration → split → patterns of paths inside of the repository, with `*`, `**` and `?`. */
export type DatasetCard = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** `place`: for messages. Throws `BenchmarkError` where the front matter cannot be read, or names files outside of the repository. */
export function readDatasetCard(readme: string, place: string): DatasetCard {
  const [, frontMatter] = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(?:\r?\n|$)/.exec(readme) ?? [];
  if (frontMatter === undefined) return new Map();
  const document = parseDocument(frontMatter);
  if (document.errors[0] !== undefined) throw cardFault(place, document.errors[0].message);
  const parsed = cardSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw cardFault(place, `${path.join(".")}: ${message}`);
  }
  const card = new Map<string, Map<string, string[]>>();
  for (const { config_name, data_files } of parsed.data.configs ?? []) {
    const splits = new Map<string, string[]>();
    for (const { split, path: patterns } of data_files) {
      for (const pattern of patterns) checkInside(pattern, place);
      splits.set(split, [...(splits.get(split) ?? []), ...patterns]);
    }
    card.set(config_name, splits);
  }
  return card;
}

function checkInside(pattern: string, place: string): void {
  const leaves = pattern.startsWith("/") || /[\\:]/.test(pattern) || pattern.split("/").includes("..");
  if (!leaves) return;
  throw new BenchmarkError(
    "benchmark.unsafe_path",
    `${place}: the front matter names ${JSON.stringify(pattern)}, which is not inside of the data set's folder`,
    { hint: "Files are read from the folder itself only, never from another place or address." },
  );
}

const cardFault = (place: string, message: string): BenchmarkError =>
  new BenchmarkError("benchmark.dataset_card", `${place}: the front matter cannot be read: ${message}`, {
    hint: "Remove it: files are then found by their names.",
  });
