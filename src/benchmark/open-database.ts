import path from "node:path";
import Database from "better-sqlite3";
import { BenchmarkError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { migrations } from "./migrations.js";

/** How long a process waits for another one that writes, in milliseconds. */
const patience = 60_000;

/**
 * Opens or makes a results database: write-ahead log, foreign keys, newest schema.
 * `existing`: it must be there already. Throws `BenchmarkError` where the file is no database, belongs to a newer lep, or
 * cannot be written.
 */
export function openDatabase(file: string, { existing = false } = {}): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (!existing) makeFolder(path.dirname(path.resolve(file)));
    database = new Database(file, { fileMustExist: existing, timeout: patience });
    // Before anything is set: a database that is not ours stays as it is, byte for byte.
    checkOurs(database, file);
    database.pragma("journal_mode = WAL");
    // A sample that was told of is there even after a power cut; answers take far longer than the disk.
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    migrate(database, file);
    return database;
  } catch (cause) {
    database?.close();
    throw databaseError(file, cause);
  }
}

const versionOf = (database: Database.Database): number => database.pragma("user_version", { simple: true }) as number;

function checkOurs(database: Database.Database, file: string): void {
  // One look: between two of them another process may make its tables.
  const look = database.transaction(() => ({
    version: versionOf(database),
    isEmpty: database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined,
  }));
  const { version, isEmpty } = look();
  if (version > migrations.length) {
    throw new BenchmarkError(
      "benchmark.newer_database",
      `${file} has schema ${version}, but this lep knows ${migrations.length}`,
      { hint: "It was written by a newer lep: update, or name another database." },
    );
  }
  if (version === 0 && !isEmpty) {
    throw new BenchmarkError("benchmark.foreign_database", `${file} is a database of something else than lep`);
  }
}

function migrate(database: Database.Database, file: string): void {
  const upgrade = database.transaction(() => {
    // Another process may have done the same meanwhile: all is looked at again under the write lock.
    checkOurs(database, file);
    for (const migration of migrations.slice(versionOf(database))) database.exec(migration);
    database.pragma(`user_version = ${migrations.length}`);
  });
  if (versionOf(database) < migrations.length) upgrade.immediate();
}

const faults: Record<string, [code: string, text: string, hint?: string]> = {
  SQLITE_NOTADB: ["benchmark.not_a_database", "is not a database"],
  SQLITE_CORRUPT: ["benchmark.damaged_database", "is damaged"],
  SQLITE_CANTOPEN: ["benchmark.no_database", "cannot be opened", "The folder must be there and writable."],
  SQLITE_READONLY: ["benchmark.readonly_database", "cannot be written", "The file and its folder must be writable."],
  SQLITE_FULL: ["benchmark.disk_full", "cannot be written: the disk is full"],
  SQLITE_BUSY: ["benchmark.busy_database", "is locked by another process"],
};

/** What SQLite or the file system said, as a `BenchmarkError` that names the file. */
export function databaseError(file: string, cause: unknown): Error {
  if (cause instanceof BenchmarkError) return cause;
  // Lists and objects are kept as JSON.
  if (cause instanceof SyntaxError) {
    return new BenchmarkError("benchmark.damaged_database", `${file} is damaged: ${cause.message}`, { cause });
  }
  const { code = "", message } = cause as { code?: string; message: string };
  const known = Object.entries(faults).find(([name]) => code.startsWith(name));
  if (known === undefined && !code.startsWith("SQLITE") && !/^E[A-Z]+$/.test(code) && !/directory/.test(message)) {
    return cause as Error;
  }
  const [name, text, hint] = known?.[1] ?? ["benchmark.database", `cannot be used (${message})`];
  // What is wrong with the file is the input's fault; what happens to it while lep works is not.
  const exitCode = /^SQLITE_(FULL|BUSY|READONLY|IOERR)/.test(code) ? 1 : 2;
  return new BenchmarkError(name, `${file} ${text}`, { cause, exitCode, ...(hint && { hint }) });
}
