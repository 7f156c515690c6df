/**
 * Benchmark items in the format of Darumeru's datasets: `DIR/<dataset>/{test,prompt}.{jsonl,parquet}`. An item has
 * `messages` with {placeholders}, the `inputs` that fill them, `outputs` and `meta`. Role `bot` means assistant;
 * a conversation may end in an assistant turn that the model goes on with.
 */
import { z } from "zod";
import { BenchmarkError } from "../errors.js";
import { sha256 } from "../sha256.js";
import type { ChatMessage } from "../tokenizer/tokenizer.js";
import { findDataset, noDataset } from "./data/find-dataset.js";
import { readRows } from "./data/read-rows.js";
import type { ItemForm } from "./item-form.js";

export interface Item {
  /** Place in the file, from 0: the sample's name in the database. */
  id: string;
  /** File and line or row, for messages. */
  place: string;
  /** Filled in. */
  messages: ChatMessage[];
  /** The messages with their {placeholders}. */
  template: ChatMessage[];
  inputs: Record<string, string>;
  outputs: unknown;
  meta: Record<string, unknown>;
  /** Earlier questions of the same dialogue with their answers, the oldest first. */
  dialogue?: readonly string[];
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

/**
 * Reads a data set; `data`: a folder, or a hub id that was downloaded (`prepareData`); `form`: the task's. Throws
 * `BenchmarkError` naming file, line and field; `CorpusError` where a file is no JSONL.
 */
export async function readDataset(data: string, dataset: string, form: ItemForm = {}): Promise<Dataset> {
  const files = findDataset(data, dataset);
  if (files === undefined) throw noDataset(data, [dataset]);
  const kept = (await readItems(files.test, form)).slice(0, form.mostItems);
  const test = form.arrange?.(kept) ?? kept;
  if (test.length === 0)
    throw new BenchmarkError("benchmark.no_items", `${files.test[0]}: the test split has no items`);
  const prompt = await readItems(files.prompt, form);
  // Dialogues are made of the other items.
  const content = [test, prompt].map((items) => items.map(({ place: _, dialogue: __, ...item }) => item));
  return { test, prompt, sha256: sha256(JSON.stringify(content)) };
}

async function readItems(files: readonly string[], form: ItemForm): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { value, place } of readRows(files)) items.push(parseItem(value, place, items.length, form));
  return items;
}

/** Checks one item and fills its messages in. `place`: for messages. */
export function parseItem(value: unknown, place: string, index: number, form: ItemForm = {}): Item {
  checkDepth(value, place);
  const parsed = itemSchema.safeParse(withMessages(value, place, form));
  if (!parsed.success) throw itemFault(place, parsed.error);
  const { messages, outputs, meta } = parsed.data;
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(parsed.data.inputs)) {
    // Parquet gives every item the fields of all; those it does not have are null.
    if (input === null || input === undefined) continue;
    inputs[name] =
      typeof input === "string" ? input : typeof input === "object" ? JSON.stringify(input) : String(input);
  }
  const template = messages.map(({ role, content }) => ({
    role: role === "bot" ? ("assistant" as const) : role,
    content,
  }));
  const later = Object.fromEntries((form.supplied ?? []).map((name) => [name, ""]));
  return {
    ...{ id: String(index), place, inputs, outputs, meta: meta ?? {} },
    template,
    messages: fillMessages(template, { ...later, ...inputs }, place),
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

/** The row with the messages that count: the recipe's, its own, or the task's. */
function withMessages(value: unknown, place: string, { replacement, prompt, row }: ItemForm): unknown {
  const own = (value as { messages?: unknown } | null)?.messages ?? undefined;
  const item = own === undefined && row !== undefined ? { ...row(value, place), messages: prompt } : value;
  return replacement === undefined ? item : { ...(item as object), messages: replacement };
}

/** A fault of the data, naming the fields. */
export function itemFault(place: string, error: z.ZodError): BenchmarkError {
  const faults = error.issues.map(({ path: at, message }) => `${at.join(".") || "item"}: ${message}`);
  return new BenchmarkError("benchmark.item", `${place}: ${faults.join("; ")}`);
}

/** Throws `BenchmarkError` where a placeholder has no input. */
export function fillMessages(
  template: readonly ChatMessage[],
  inputs: Readonly<Record<string, string>>,
  place: string,
): ChatMessage[] {
  return template.map(({ role, content }) => ({ role, content: fillPlaceholders(content, inputs, place) }));
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
