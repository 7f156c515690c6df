/**
 * A folder for what lets a killed job continue: packed data, answers, checkpoints. It belongs to one
 * job, named by a key; another job finds it empty.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findCorpusFiles } from "../corpus/corpus-files.js";
import type { CorpusOptions } from "../corpus/read-corpus.js";
import { makeFolder } from "../make-folder.js";
import type { Progress } from "../progress.js";
import { sha256, sha256File } from "../sha256.js";

const keyFile = "job.key";

/**
 * `parts` is anything that JSON can hold: all that the job depends on. What is named in `keep` belongs to
 * any job. `progress` hears of another job's work that goes.
 */
export function openWorkFolder(
  folder: string,
  parts: unknown,
  progress?: Progress,
  keep: readonly string[] = [],
): void {
  const key = sha256(JSON.stringify(parts));
  const marker = path.join(folder, keyFile);
  if (existsSync(marker) && readFileSync(marker, "utf8") === key) {
    // What a kill left half-written beside its place.
    for (const name of readdirSync(folder))
      if (/^\..*\.partial$/.test(name)) rmSync(path.join(folder, name), { recursive: true });
    return;
  }
  if (existsSync(marker)) {
    const warning = `${folder}: work of other inputs or options is there, checkpoints too: it is not used`;
    progress?.({ task: "work folder", done: 0, total: 0, unit: "files", warning });
  }
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!keep.includes(name)) rmSync(path.join(folder, name), { recursive: true });
  }
  makeFolder(folder);
  writeFileSync(marker, key);
}

/** Options of a training without what its result does not depend on. */
export function withoutCheckpoints<T extends { checkpoint_every: number }>(options: T): Omit<T, "checkpoint_every"> {
  const { checkpoint_every: _, ...rest } = options;
  return rest;
}

/** Names and SHA-256 of the files of a model or tokenizer folder, or of one file: copies of it are the same job. */
export function contentHashes(place: string): [name: string, sha256: string][] {
  const files = statSync(place).isDirectory()
    ? readdirSync(place)
        .sort()
        .map((name) => path.join(place, name))
        .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    : [place];
  return files.map((file) => [path.basename(file), sha256File(file)]);
}

/** Names, sizes and times of the files of a corpus, which may be too large to be read just for that, and how they are read. */
export async function corpusState(corpus: CorpusOptions | undefined): Promise<unknown> {
  if (corpus === undefined) return null;
  const files = await findCorpusFiles(corpus.files);
  const states = files.map((file) => {
    const { size, mtimeMs } = statSync(file.path);
    return [path.basename(file.path), size, mtimeMs];
  });
  return [states, corpus.documents, corpus.filters];
}
