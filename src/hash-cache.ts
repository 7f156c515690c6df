/**
 * SHA-256 of files, remembered by inode, size and modification time (a renamed file is known), so that a finished
 * recipe is found finished at once even where its models are large. The cache holds nothing that
 * cannot be computed again.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "./atomic-output.js";
import { sha256File } from "./sha256.js";

export interface HashCache {
  file(path: string): string;
  /** Every regular file below `folder` as relative path → sha256, in the order of names; hidden files are left out. */
  folder(folder: string): Record<string, string>;
  save(): void;
}

export function openHashCache(cacheFile: string): HashCache {
  let known: Record<string, string> = {};
  try {
    known = JSON.parse(readFileSync(cacheFile, "utf8")) as Record<string, string>;
  } catch {
    // Absent or damaged: the hashes are computed again.
  }
  const used = new Map<string, string>();
  const file = (name: string): string => {
    const absolute = path.resolve(name);
    const { dev, size, mtimeMs, ino } = statSync(absolute);
    const key = `${dev}:${ino}:${size}:${mtimeMs}`;
    const hash = used.get(key) ?? known[key] ?? sha256File(absolute);
    used.set(key, hash);
    return hash;
  };
  const folder = (root: string): Record<string, string> => {
    const hashes: Record<string, string> = {};
    for (const name of listFiles(root)) hashes[name] = file(path.join(root, name));
    return hashes;
  };
  return { file, folder, save: () => writeFileAtomic(cacheFile, JSON.stringify(Object.fromEntries(used), null, 1)) };
}

/** Regular files below `root` as relative paths with `/`, sorted; names that begin with a dot are left out. */
export function listFiles(root: string, below = ""): string[] {
  const names: string[] = [];
  const entries = readdirSync(path.join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) names.push(...listFiles(root, name));
    // A link may lead nowhere; who reads it will say so.
    else if (statSync(path.join(root, name), { throwIfNoEntry: false })?.isFile()) names.push(name);
  }
  return names;
}
