import { type Stats, statSync } from "node:fs";
import { isAbsolute, normalize, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { CorpusError } from "../errors.js";
import { type FormatName, formatNames, isFormatName } from "./formats/registry.js";
import { unreadable } from "./open-bytes.js";

export type Compression = "none" | "gz" | "zst";

/** One input file, with what its name says about its content. */
export interface CorpusFile {
  path: string;
  format: FormatName;
  compression: Compression;
}

/**
 * The files of a list of globs: patterns in the order given, the matches of one pattern in code-unit order, every file
 * once. A path that exists as written is taken as it is, even where it contains glob characters.
 * Throws `CorpusError` for a pattern that matches nothing, for a folder, and for a name of unknown format.
 */
export async function findCorpusFiles(patterns: readonly string[]): Promise<CorpusFile[]> {
  const found = new Map<string, CorpusFile>();
  for (const pattern of patterns) {
    for (const path of await matches(pattern)) {
      if (!found.has(resolve(path))) found.set(resolve(path), corpusFile(path));
    }
  }
  return [...found.values()];
}

async function matches(pattern: string): Promise<string[]> {
  const stats = statsOf(pattern);
  if (stats?.isDirectory()) {
    throw new CorpusError("corpus.is_folder", `${pattern} is a folder, not a corpus file`, {
      hint: `Name the files in it with a glob, e.g. "${pattern.replace(/\/+$/, "")}/**/*.txt".`,
    });
  }
  if (stats !== undefined) return [pattern];
  const absolute = isAbsolute(pattern);
  const paths = isDynamicPattern(pattern) ? await glob(pattern, { expandDirectories: false, absolute }) : [];
  if (paths.length === 0) {
    throw new CorpusError("corpus.not_found", `no corpus file matches ${JSON.stringify(pattern)}`, {
      hint: "Paths are relative to the folder that the command runs in; put globs in quotes on the command line.",
    });
  }
  // Code units, not the locale: the order of training data must not depend on the machine's language.
  return paths.map(normalize).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Reads format and compression from the name of `path`. Throws `CorpusError` where the name says neither. */
export function corpusFile(path: string): CorpusFile {
  const parts = path.toLowerCase().split(".");
  const last = parts.pop() ?? "";
  const compression: Compression = last === "gz" || last === "zst" ? last : "none";
  const format = compression === "none" ? last : (parts.pop() ?? "");
  if (!isFormatName(format)) {
    throw new CorpusError("corpus.unknown_format", `${path}: the name does not end in a corpus format`, {
      hint: `Formats: ${formatNames.map((name) => `.${name}`).join(", ")}, each also with .gz or .zst behind it.`,
    });
  }
  return { path, format, compression };
}
