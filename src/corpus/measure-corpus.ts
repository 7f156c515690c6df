/**
 * How much text a corpus has, without reading all of it: a small one is read, of a large one some documents of some files are,
 * and the rest is estimated from sizes of files.
 */
import { statSync } from "node:fs";
import { type CorpusFile, findCorpusFiles } from "./corpus-files.js";
import { countCharacters } from "./filters.js";
import { type CorpusOptions, readCorpus } from "./read-corpus.js";
import { textDensity } from "./text-density.js";

export interface MeasuredCorpus {
  files: number;
  /** Of the files as they lie there. */
  bytes: number;
  /** Documents that were read and that the filters keep. */
  texts: string[];
  /** Their code points. */
  read: number;
  /** Code points that the filters leave of the whole corpus. */
  characters: number;
  /** All of it was read: `characters` is exact. */
  complete: boolean;
}

/** More files than this are not looked into. */
const mostFiles = 8;

/** `most`: code points to read, about. Throws `CorpusError` for what it comes across, and where nothing is there. */
export async function measureCorpus(options: CorpusOptions, most: number): Promise<MeasuredCorpus> {
  const files = await findCorpusFiles(options.files);
  const sizes = files.map(({ path }) => statSync(path).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes <= most) {
    const { texts, read, ended } = await readSome(options, most);
    if (ended) return { files: files.length, bytes, texts, read, characters: read, complete: true };
  }
  const some = spread(files, mostFiles);
  const texts: string[] = [];
  const counts = { read: 0, dropped: 0 };
  let characters = 0;
  let looked = 0;
  for (const file of some) {
    const part = await readSome({ ...options, files: [file.path] }, most / some.length);
    for (const text of part.texts) texts.push(text);
    counts.read += part.read;
    counts.dropped += part.dropped;
    const size = statSync(file.path).size;
    characters += size * (await textDensity(file, part.texts));
    looked += size;
  }
  const kept = counts.read / Math.max(1, counts.read + counts.dropped);
  const all = looked === 0 ? 0 : Math.round((characters / looked) * bytes * kept);
  return { files: files.length, bytes, texts, read: counts.read, characters: all, complete: false };
}

async function readSome(options: CorpusOptions, most: number) {
  const texts: string[] = [];
  let read = 0;
  let dropped = 0;
  const documents = readCorpus(options, ({ text }) => {
    dropped += countCharacters(text);
  });
  for await (const { text } of documents) {
    texts.push(text);
    read += countCharacters(text);
    if (read > most) return { texts, read, dropped, ended: false };
  }
  return { texts, read, dropped, ended: true };
}

function spread(files: readonly CorpusFile[], most: number): CorpusFile[] {
  if (files.length <= most) return [...files];
  return Array.from({ length: most }, (_, i) => files[Math.floor((i * files.length) / most)]!);
}
