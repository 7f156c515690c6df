/**
 * Command-line options from a section's schema, so that a flag and a recipe key are one thing:
 * `learning_rate` becomes `--learning-rate`. Keys that hold maps or lists are set with
 * `--set key.below=value`, as in `lep run`.
 */
import type { Options } from "yargs";
import { z } from "zod";
import { RecipeError } from "../errors.js";
import { recipeFaults } from "../recipe-faults.js";
import { setKeys } from "../set-keys.js";

interface JsonSchema {
  type?: string;
  enum?: string[];
  default?: unknown;
  description?: string;
}

const flag = (key: string): string => key.replaceAll("_", "-");

function properties(schema: z.ZodType): [key: string, property: JsonSchema][] {
  const json = z.toJSONSchema(schema, { io: "input" }) as { properties?: Record<string, JsonSchema> };
  return Object.entries(json.properties ?? {});
}

const kinds: Record<string, "number" | "string" | "boolean"> = {
  number: "number",
  integer: "number",
  string: "string",
  boolean: "boolean",
};

/** yargs options for the scalar keys of `schema`, leaving out `except`. */
export function schemaOptions(schema: z.ZodType, except: readonly string[] = []): Record<string, Options> {
  const options: Record<string, Options> = {
    set: { type: "string", array: true, nargs: 1, describe: "any key of the section: path.to.key=value" },
  };
  for (const [key, property] of properties(schema)) {
    const type = kinds[property.type ?? ""];
    if (type === undefined || except.includes(key)) continue;
    const fallback = property.default === undefined ? "" : ` [default: ${String(property.default)}]`;
    options[flag(key)] = {
      type,
      ...(property.enum && { choices: property.enum }),
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
  for (const [key] of properties(schema)) {
    const value = given[flag(key)];
    if (value !== undefined && !(key in fixed)) section[key] = value;
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
