/**
 * Command-line options from a section's schema, so that a flag and a recipe key are one thing:
 * `learning_rate` becomes `--learning-rate`, `rank` in `lora` `--lora-rank`, a list of names takes several values. What is
 * left (maps, lists of maps, what may be null) is set with `--set key.below=value`, as in `lep run`.
 */
import type { Options } from "yargs";
import { z } from "zod";
import { RecipeError } from "../errors.js";
import { recipeFaults } from "../recipe-faults.js";
import { setKeys } from "../set-keys.js";

interface JsonSchema {
  type?: string;
  enum?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  default?: unknown;
  description?: string;
}

interface Leaf {
  /** From the section down. */
  keys: string[];
  flag: string;
  type: "number" | "string" | "boolean";
  list: boolean;
  property: JsonSchema;
}

const kinds: Record<string, Leaf["type"]> = {
  number: "number",
  integer: "number",
  string: "string",
  boolean: "boolean",
};

/** The keys that a flag can set. */
function leaves(schema: z.ZodType): Leaf[] {
  return leavesIn(z.toJSONSchema(schema, { io: "input" }) as JsonSchema, []);
}

function leavesIn(schema: JsonSchema, above: string[]): Leaf[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const keys = [...above, key];
    if (property.type === "object") return leavesIn(property, keys);
    // What may be one value or a list of them is a list here.
    const form = property.anyOf?.find((one) => one.type === "array") ?? property;
    const list = form.type === "array";
    const type = kinds[(list ? form.items?.type : form.type) ?? ""];
    if (type === undefined) return [];
    return [{ keys, flag: keys.join("-").replaceAll("_", "-"), type, list, property }];
  });
}

/** yargs options for the keys of `schema`, leaving out `except` and what is below them. */
export function schemaOptions(schema: z.ZodType, except: readonly string[] = []): Record<string, Options> {
  const options: Record<string, Options> = {
    set: { type: "string", array: true, nargs: 1, describe: "any key of the section: path.to.key=value" },
  };
  for (const { keys, flag, type, list, property } of leaves(schema)) {
    if (except.includes(keys[0]!)) continue;
    const choices = list ? property.items?.enum : property.enum;
    const fallback = property.default === undefined ? "" : ` [default: ${String(property.default)}]`;
    options[flag] = {
      type,
      ...(list && { array: true }),
      ...(choices && { choices }),
      describe: `${property.description ?? ""}${fallback}`,
    };
  }
  return options;
}

/** The section that the flags describe, checked. Throws `RecipeError` with every fault. */
export function sectionFrom<S extends z.ZodType>(
  schema: S,
  given: Record<string, unknown>,
  fixed: Record<string, unknown> = {},
): z.infer<S> {
  const section: Record<string, unknown> = { ...fixed };
  for (const { keys, flag } of leaves(schema)) {
    const value = given[flag];
    if (value === undefined || keys[0]! in fixed) continue;
    let below = section;
    for (const key of keys.slice(0, -1)) {
      below[key] ??= {};
      below = below[key] as Record<string, unknown>;
    }
    below[keys.at(-1)!] = value;
  }
  setKeys(section, (given.set as string[] | undefined) ?? []);
  const checked = schema.safeParse(section, { reportInput: true });
  if (!checked.success) {
    throw new RecipeError(
      "command.options",
      `options\n${recipeFaults(checked.error, schema)
        .map((f) => `  ${f}`)
        .join("\n")}`,
    );
  }
  return checked.data;
}
