/** `leaderboard.{json,csv,md,html}` from a results database. */
import path from "node:path";
import type { Database } from "better-sqlite3";
import { writeFileAtomic } from "../atomic-output.js";
import { LepError } from "../errors.js";
import type { Progress } from "../progress.js";
import type { Leaderboard } from "./leaderboard/board.js";
import { boardCsv } from "./leaderboard/board-csv.js";
import { boardMarkdown } from "./leaderboard/board-markdown.js";
import { boardPage } from "./leaderboard/board-page.js";
import { readBoard } from "./leaderboard/read-board.js";
import { sampleBlocks } from "./leaderboard/sample-blocks.js";
import { databaseError, openDatabase } from "./open-database.js";
import { makeOutputFolder } from "./output-folder.js";
import { writePieces } from "./write-pieces.js";

export interface LeaderboardOptions {
  /** SQLite file. */
  db: string;
  /** Folder for the four files. */
  out: string;
  /** Published figures beside ours. */
  published?: boolean;
  /** Of the bootstrap. */
  resamples?: number;
  seed?: number;
  /** Of each task and model on the page; by default as many as a page can carry. */
  samples?: number | undefined;
}

/**
 * Reads a database and writes four files; rows in the order of the micro average as far as it is known.
 * Throws `BenchmarkError` where the database is absent, damaged or empty, `LepError` where a file cannot be written.
 */
export function leaderboard(options: LeaderboardOptions, progress?: Progress): Leaderboard {
  const { db, out, published = false, resamples = 1000, seed = 1, samples } = options;
  const withdraw = makeOutputFolder(out);
  let database: Database | undefined;
  try {
    database = openDatabase(db, { existing: true });
    const { rows, intervals, chosen, stored } = readBoard(
      database,
      db,
      { published, resamples, seed, samples },
      progress,
    );
    const board: Leaderboard = { rows, intervals };
    const files = {
      "leaderboard.json": `${JSON.stringify(board, null, 2)}\n`,
      "leaderboard.csv": boardCsv(board),
      "leaderboard.md": boardMarkdown(board),
    };
    for (const [name, text] of Object.entries(files)) writeFileAtomic(path.join(out, name), text);
    const shown = [...chosen.values()].flat().reduce((sum, { items }) => sum + items.length, 0);
    const blocks = sampleBlocks(database, board, chosen);
    writePieces(path.join(out, "leaderboard.html"), boardPage(board, { shown, stored, blocks }));
    return board;
  } catch (cause) {
    withdraw();
    throw cause instanceof LepError ? cause : databaseError(db, cause);
  } finally {
    database?.close();
  }
}
