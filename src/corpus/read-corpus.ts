/**
 * A corpus as a stream of documents: globs → files → bytes → text → documents → filters. Memory does not grow with the
 * corpus, except for 12 to 24 bytes a document where exact duplicates are dropped.
 */
import { CorpusError } from "../errors.js";
import { findCorpusFiles } from "./corpus-files.js";
import type { Document, Documents } from "./document.js";
import { type CorpusFilters, createFilter, type DropReason } from "./filters.js";
import { type DocumentRule, formats } from "./formats/registry.js";

export type { CorpusFilters, DropReason } from "./filters.js";

export interface CorpusOptions {
  /** Globs or plain paths of .txt, .jsonl and .parquet files, each also .gz or .zst. */
  files: string[];
  /** How .txt files are cut into documents; default: one a file. */
  documents?: DocumentRule;
  filters?: CorpusFilters;
}

/** Told of every document that the filters leave out, and why. */
export type OnDropped = (document: Document, reason: DropReason) => void;

/**
 * The documents of a corpus, in the order of the files. The text is as given in the file: no Unicode normal form, line
 * ends kept, only a byte order mark goes. May be iterated several times; each pass reads the files again. `index` counts
 * the documents of a file before filtering.
 * While iterating, throws `CorpusError` naming file and place, and `corpus.empty` where no document is left.
 */
export function readCorpus(options: CorpusOptions, onDropped?: OnDropped): Documents {
  return { [Symbol.asyncIterator]: () => documentsOf(options, onDropped) };
}

async function* documentsOf(options: CorpusOptions, onDropped?: OnDropped): AsyncGenerator<Document> {
  const files = await findCorpusFiles(options.files);
  const reasonToDrop = createFilter(options.filters);
  const dropped = new Map<DropReason, number>();
  let kept = 0;
  for (const file of files) {
    let index = 0;
    for await (const text of formats[file.format](file, options.documents ?? "file")) {
      const document: Document = { text, source: file.path, index: index++ };
      const reason = reasonToDrop(text);
      if (reason === undefined) {
        kept++;
        yield document;
        continue;
      }
      dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
      onDropped?.(document, reason);
    }
  }
  if (kept === 0) throw emptyCorpus(options.files, dropped);
}

/** The error of a corpus without any document. */
export function emptyCorpus(
  patterns: readonly string[],
  dropped: ReadonlyMap<DropReason, number> = new Map(),
): CorpusError {
  const reasons = [...dropped].map(([reason, count]) => `${count} ${reason}`).join(", ");
  return new CorpusError(
    "corpus.empty",
    `the corpus ${patterns.join(", ")} has no documents${reasons === "" ? "" : ` (left out: ${reasons})`}`,
    { hint: "Check the files and the corpus filters." },
  );
}
