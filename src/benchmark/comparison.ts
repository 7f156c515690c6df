/** `comparison.{json,csv,md,html}`: two models of a results database, on the same items. */
import path from "node:path";
import type { Database } from "better-sqlite3";
import { writeFileAtomic } from "../atomic-output.js";
import { LepError } from "../errors.js";
import type { ChangedItem, Comparison } from "./comparison/comparison.js";
import { type ChangedTexts, comparisonPage } from "./comparison/comparison-page.js";
import { comparisonHeader, comparisonNotes, comparisonRows } from "./comparison/comparison-tables.js";
import { type ComparedRows, readComparison } from "./comparison/read-comparison.js";
import { markdownTable, text } from "./leaderboard/board-markdown.js";
import { csvLine } from "./leaderboard/csv-lines.js";
import { databaseError, openDatabase } from "./open-database.js";
import { makeOutputFolder } from "./output-folder.js";
import { writePieces } from "./write-pieces.js";

export interface ComparisonOptions {
  /** SQLite file. */
  db: string;
  /** Folder for the four files. */
  out: string;
  /** Rows of the leaderboard. */
  models: readonly [first: string, second: string];
  /** Of the bootstrap. */
  resamples?: number;
  seed?: number;
}

/**
 * Compares by a paired bootstrap and McNemar's exact test, and lists the items that changed.
 * Throws `BenchmarkError` where the database or a row is not there, or they have no task in common; `LepError` where a file
 * cannot be written.
 */
export function compareModels({ db, out, models, resamples = 10_000, seed = 1 }: ComparisonOptions): Comparison {
  const withdraw = makeOutputFolder(out);
  let database: Database | undefined;
  try {
    database = openDatabase(db, { existing: true });
    const compared = readComparison(database, db, models, { resamples, seed });
    const { comparison } = compared;
    const textsOf = changedTexts(database, compared);
    writeFileAtomic(path.join(out, "comparison.json"), `${JSON.stringify(comparison, null, 2)}\n`);
    writePieces(path.join(out, "comparison.csv"), csvPieces(comparison, textsOf));
    writeFileAtomic(path.join(out, "comparison.md"), markdown(comparison));
    writePieces(path.join(out, "comparison.html"), comparisonPage(comparison, textsOf));
    return comparison;
  } catch (cause) {
    withdraw();
    throw cause instanceof LepError ? cause : databaseError(db, cause);
  } finally {
    database?.close();
  }
}

function changedTexts(database: Database, { runs }: ComparedRows): (item: ChangedItem) => ChangedTexts {
  const select = database.prepare(
    "SELECT prompt, target, coalesce(failure, output) AS said FROM sample WHERE run_id = ? AND task = ? AND item_id = ?",
  );
  const find = (run: number, { task, item_id }: ChangedItem) =>
    select.get(run, task, item_id) as { prompt: string; target: string; said: string };
  return (item) => {
    const [first, second] = runs.get(item.task)!.map((run) => find(run, item));
    return { prompt: second!.prompt, target: second!.target, first: first!.said, second: second!.said };
  };
}

function* csvPieces({ changed }: Comparison, textsOf: (item: ChangedItem) => ChangedTexts): Generator<string> {
  yield csvLine(["task", "item_id", "first", "second", "target", "first_answer", "second_answer"]);
  for (const item of changed) {
    const { target, first, second } = textsOf(item);
    yield csvLine([item.task, item.item_id, item.first, item.second, target, first, second]);
  }
}

function markdown(comparison: Comparison): string {
  const { first, second } = comparison;
  const rows = comparisonRows(comparison).map((row) => row.map(text));
  const notes = comparisonNotes(comparison).map((note) => `${text(note)}\n`);
  return [`# ${text(first.model)} and ${text(second.model)}`, "", ...notes, markdownTable(comparisonHeader, rows)].join(
    "\n",
  );
}
