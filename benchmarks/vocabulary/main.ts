/**
 * Vocabularies beside their peers: training beside Hugging Face tokenizers (the npm binding) and SentencePiece's programs,
 * encoding beside the same, and what the speed must not cost. The sides take turns, each run in a process of its own, and
 * medians over the runs are compared. Most of an hour on two cores, as spm_train needs minutes a run.
 *
 * The novels lie where `LEP_NOVELS` says, published tokenizers where `LEP_TOKENIZERS` says (`llama-3/tokenizer.json`, …).
 * Options: `--runs N` (of each side, default 5), `--threads N` (ours, default 2), `--only TEXT` (entries whose names
 * contain it; may come several times), `--work DIR` (keeps what the sides write; default: a temporary folder).
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { novelsFolder } from "../novels/novels-folder.js";
import { type BenchmarkEntry, entry, printEntries } from "../report-entry.js";
import { encodeEntries } from "./encode-entries.js";
import { trainEntries } from "./train-entries.js";
import { valueEntries } from "./value-entries.js";
import { setUp, type Workplace } from "./workplace.js";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    only: { type: "string", multiple: true, default: [] },
    work: { type: "string" },
  },
});
const [runs, threads] = [options.runs, options.threads].map((text) => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`${text} is not a whole number above 0`);
}) as [number, number];

const novels = novelsFolder();
if (novels === undefined) {
  process.stderr.write("the novels are not there: name their folder in LEP_NOVELS\n");
  printEntries([]);
} else {
  const folder = path.resolve(options.work ?? mkdtempSync(path.join(os.tmpdir(), "lep-bench-vocabulary-")));
  try {
    mkdirSync(folder, { recursive: true });
    printEntries(await measure(setUp(novels, tokenizersFolder(novels), folder, { runs, threads })));
  } finally {
    if (options.work === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(work: Workplace): Promise<BenchmarkEntry[]> {
  const wanted = Object.entries({ ...trainEntries, ...encodeEntries, ...valueEntries }).filter(
    ([name]) => options.only.length === 0 || options.only.some((text) => name.includes(text)),
  );
  const entries: BenchmarkEntry[] = [];
  for (const [name, make] of wanted) {
    process.stderr.write(`${name}\n`);
    try {
      entries.push(await make(work));
    } catch (cause) {
      // One entry that cannot be had is no reason to lose the others.
      const { message } = cause as Error;
      process.stderr.write(`${name}: ${message}\n`);
      entries.push(entry({ name, note: message }));
    }
  }
  return entries;
}

/** `LEP_TOKENIZERS`, else the folder `tokenizers` beside that of the novels. */
function tokenizersFolder(corpora: string): string | undefined {
  const places = [process.env.LEP_TOKENIZERS, path.join(corpora, "..", "tokenizers")];
  return places.find((place) => place !== undefined && existsSync(place));
}
