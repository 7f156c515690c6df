/**
 * Benchmark items in the format of Darumeru's datasets: `DIR/<dataset>/{test,prompt}.{jsonl,parquet}`. An item has
 * `messages` with {placeholders}, the `inputs` that fill them, `outputs` and `meta`. Role `bot` means assistant;
 * a conversation may end in an assistant turn that the model goes on with.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { longestWhole, readJsonl } from "../corpus/jsonl.js";
import { readParquetRows } from "../corpus/parquet-rows.js";
import { BenchmarkError } from "../errors.js";
import { sha256 } from "../sha256.js";
import type { ChatMessage } from "../tokenizer/tokenizer.js";

export interface Item {
  /** Place in the file, from 0: the sample's name in the database. */
  id: string;
  /** File and line or row, for messages. */
  place: string;
  /** Filled in. */
  messages: ChatMessage[];
  inputs: Record<string, string>;
  outputs: unknown;
  meta: Record<string, unknown>;
}

export interface Dataset {
  test: Item[];
  /** Worked examples for few-shot; empty where there are none. */
  prompt: Item[];
  /** Changes with any item. */
  sha256: string;
}

const itemSchema = z.object({
  messages: z.array(z.object({ role: z.enum(["system", "user", "bot", "assistant"]), content: z.string() })).min(1),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.unknown().refine((value) => value !== undefined && value !== null, "is missing"),
  meta: z.record(z.string(), z.unknown()).nullish(),
});

/** Reads a data set. Throws `BenchmarkError` naming file, line and field; `CorpusError` where a file is no JSONL or parquet. */
export async function readDataset(folder: string, dataset: string): Promise<Dataset> {
  const place = path.join(folder, dataset);
  const test = await readSplit(place, "test");
  if (test === undefined) {
    throw new BenchmarkError("benchmark.no_data", `${place}: there is neither test.jsonl nor test.parquet`, {
      hint: "--data names a folder that has one folder for each data set.",
    });
  }
  if (test.length === 0) throw new BenchmarkError("benchmark.no_items", `${place}: the test split has no items`);
  const prompt = (await readSplit(place, "prompt")) ?? [];
  const content = [test, prompt].map((items) => items.map(({ place: _, ...item }) => item));
  return { test, prompt, sha256: sha256(JSON.stringify(content)) };
}

async function readSplit(folder: string, split: string): Promise<Item[] | undefined> {
  const jsonl = path.join(folder, `${split}.jsonl`);
  if (existsSync(jsonl)) {
    const items: Item[] = [];
    for await (const { value, line } of readJsonl(jsonl, longestWhole)) {
      items.push(parseItem(value, `${jsonl}: line ${line}`, items.length));
    }
    return items;
  }
  const parquet = path.join(folder, `${split}.parquet`);
  if (!existsSync(parquet)) return undefined;
  const items: Item[] = [];
  for await (const { values, row } of readParquetRows(parquet)) {
    items.push(parseItem(plainNumbers(values), `${parquet}: row ${row}`, row));
  }
  return items;
}

/** Parquet's 64-bit integers come as bigint, which JSON does not know. */
function plainNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainNumbers(inner)]));
}

/** Checks one item and fills its messages in. `place`: for messages. */
export function parseItem(value: unknown, place: string, index: number): Item {
  checkDepth(value, place);
  const parsed = itemSchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: at, message }) => `${at.join(".") || "item"}: ${message}`);
    throw new BenchmarkError("benchmark.item", `${place}: ${faults.join("; ")}`);
  }
  const { messages, outputs, meta } = parsed.data;
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(parsed.data.inputs)) {
    // Parquet gives every item the fields of all; those it does not have are null.
    if (input === null || input === undefined) continue;
    inputs[name] =
      typeof input === "string" ? input : typeof input === "object" ? JSON.stringify(input) : String(input);
  }
  return {
    id: String(index),
    place,
    messages: messages.map(({ role, content }) => ({
      role: role === "bot" ? "assistant" : role,
      content: fillPlaceholders(content, inputs, place),
    })),
    inputs,
    outputs,
    meta: meta ?? {},
  };
}

/** What is read here is written as JSON later on, which has a depth; reading has none. */
function checkDepth(value: unknown, place: string): void {
  try {
    JSON.stringify(value);
  } catch (cause) {
    throw new BenchmarkError("benchmark.item", `${place}: lists or objects too deep within one another`, { cause });
  }
}

/** `{name}` becomes the input of that name, `{{` and `}}` become braces. Inputs are not searched again. */
export function fillPlaceholders(text: string, inputs: Readonly<Record<string, string>>, place: string): string {
  return text.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (found, name: string | undefined) => {
    if (found === "{{") return "{";
    if (found === "}}") return "}";
    if (name === undefined) {
      throw new BenchmarkError("benchmark.placeholder", `${place}: a single "${found}" in a message`, {
        hint: "Braces that are no placeholder are written twice.",
      });
    }
    if (Object.hasOwn(inputs, name)) return inputs[name]!;
    throw new BenchmarkError("benchmark.placeholder", `${place}: the placeholder {${name}} has no input`, {
      hint: `Inputs: ${Object.keys(inputs).join(", ") || "none"}.`,
    });
  });
}

/** The gold answer as text. Throws `BenchmarkError` where it is none. */
export function goldText({ outputs, place }: Item): string {
  if (typeof outputs === "string" && outputs.trim() !== "") return outputs;
  throw new BenchmarkError("benchmark.item", `${place}: outputs is not a text`);
}
