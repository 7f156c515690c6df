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
import { benchmarkOptions } from "../benchmark-options.js";
import { measureGroups } from "../measure-groups.js";
import { novelsFolder } from "../novels/novels-folder.js";
import { printEntries } from "../report-entry.js";
import { encodeEntries } from "./encode-entries.js";
import { trainEntries } from "./train-entries.js";
import { valueEntries } from "./value-entries.js";
import { setUp } from "./workplace.js";

const { numbers, texts, only } = benchmarkOptions({ runs: 5, threads: 2 }, ["work"]);
const novels = novelsFolder();
if (novels === undefined) {
  process.stderr.write("the novels are not there: name their folder in LEP_NOVELS\n");
  printEntries([]);
} else {
  const folder = path.resolve(texts.work ?? mkdtempSync(path.join(os.tmpdir(), "lep-bench-vocabulary-")));
  try {
    mkdirSync(folder, { recursive: true });
    const groups = { ...trainEntries, ...encodeEntries, ...valueEntries };
    printEntries(await measureGroups(groups, setUp(novels, tokenizersFolder(novels), folder, numbers), only));
  } finally {
    if (texts.work === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** `LEP_TOKENIZERS`, else the folder `tokenizers` beside that of the novels. */
function tokenizersFolder(corpora: string): string | undefined {
  const places = [process.env.LEP_TOKENIZERS, path.join(corpora, "..", "tokenizers")];
  return places.find((place) => place !== undefined && existsSync(place));
}
