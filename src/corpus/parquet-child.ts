/**
 * Reads parquet files in a process of its own: a damaged page can claim any number of values in a few bytes, and a process whose
 * heap is full ends, whatever it tries.
 */
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";

export interface ParquetJob {
  path: string;
  /** Which row group to read, and of its columns only this one; without `group` what the footer says. */
  group?: number;
  column?: string | undefined;
}

export interface ParquetGroup {
  rows: number;
  /** What the footer says that each column takes unpacked. */
  bytes: Record<string, number>;
}

export interface ParquetFooter {
  /** The columns themselves, without what is nested in them. */
  columns: string[];
  groups: ParquetGroup[];
}

/** Rows come in several answers, `done` with the last. */
export type ParquetAnswer =
  | { footer: ParquetFooter }
  | { rows: Record<string, unknown>[]; done: boolean }
  | { error: string };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const parsers = { stringFromBytes: (bytes: Uint8Array) => bytes && decoder.decode(bytes) };

const answerRows = 4096;

/** In the order in which the answers are sent. */
async function* answers(job: ParquetJob): AsyncGenerator<ParquetAnswer> {
  const file = await asyncBufferFromFile(job.path);
  const metadata = await parquetMetadataAsync(file);
  checkChunks(metadata);
  const footer = footerOf(metadata);
  if (job.group === undefined) {
    yield { footer };
    return;
  }
  const rowStart = footer.groups.slice(0, job.group).reduce((sum, { rows }) => sum + rows, 0);
  const { rows, bytes } = footer.groups[job.group]!;
  const columns = job.column === undefined ? Object.keys(bytes) : [job.column];
  const limited = limitPages(columns.reduce((sum, column) => sum + (bytes[column] ?? 0), 0));
  const rowEnd = rowStart + rows;
  const values = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors: limited, parsers });
  if (values.length !== rows) throw new Error("rows are missing");
  for (let at = 0; at === 0 || at < rows; at += answerRows) {
    yield { rows: values.slice(at, at + answerRows), done: at + answerRows >= rows };
  }
}

process.on("message", async (job: ParquetJob) => {
  try {
    for await (const answer of answers(job)) await sent(answer);
  } catch (error) {
    await sent({ error: (error as Error).message });
  }
});

/** One answer at a time: those that nobody has read yet would pile up. */
const sent = (answer: ParquetAnswer): Promise<void> =>
  new Promise((resolve) => {
    process.send!(answer, () => resolve());
  });

function footerOf({ schema, row_groups }: FileMetaData): ParquetFooter {
  const columns = columnNames(schema);
  return {
    columns,
    groups: row_groups.map(({ num_rows, columns: chunks }) => {
      const bytes = Object.fromEntries(columns.map((column) => [column, 0]));
      for (const { meta_data } of chunks) {
        bytes[meta_data!.path_in_schema[0]!]! += Number(meta_data!.total_uncompressed_size);
      }
      return { rows: Number(num_rows), bytes };
    }),
  };
}

/** Every row group has the columns of the schema, in their order: one too many would be read by nobody, and fail unheard. */
function checkChunks({ schema, row_groups }: FileMetaData): void {
  const expected = leafPaths(schema);
  for (const [group, { columns }] of row_groups.entries()) {
    const found = columns.map(({ meta_data }) => meta_data?.path_in_schema ?? []);
    const same =
      found.length === expected.length && found.every((path, i) => path.join("\0") === expected[i]!.join("\0"));
    if (!same) throw new Error(`row group ${group} has not the columns of the schema`);
  }
}

/** The schema is a tree, depth first behind its root. */
function leafPaths(schema: readonly SchemaElement[]): string[][] {
  const paths: string[][] = [];
  const open: { name: string; left: number }[] = [];
  for (const { name, num_children = 0 } of schema.slice(1)) {
    if (num_children > 0) open.push({ name, left: num_children });
    else {
      paths.push([...open.map((above) => above.name), name]);
      while (open.length > 0 && --open.at(-1)!.left === 0) open.pop();
    }
  }
  return paths;
}

function columnNames(schema: readonly SchemaElement[]): string[] {
  const names: string[] = [];
  for (let at = 1; at < schema.length; ) {
    names.push(schema[at]!.name);
    for (let left = 1; left > 0 && at < schema.length; at++) left += (schema[at]!.num_children ?? 0) - 1;
  }
  return names;
}

/** No page is larger unpacked than the footer says that all of them are: a few bytes could stand for gigabytes. */
function limitPages(bytes: number): typeof compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number): Uint8Array => {
        if (!(length <= bytes)) throw new Error(`a page of ${length} bytes where the footer promises ${bytes} in all`);
        return unpack(input, length);
      },
    ]),
  );
}
