/** Turns the faults that the schema finds into lines with the path in the recipe and a spelling that was perhaps meant. */
import type { z } from "zod";

/** One line a fault: `pretraining.learning_rte: unknown key; did you mean learning_rate?` */
export function recipeFaults(error: z.ZodError, schema: z.ZodType): string[] {
  return error.issues.flatMap((issue) => describe(issue, schema));
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  const place = issue.path.map(String).join(".") || "(top level)";
  if (issue.code === "unrecognized_keys") {
    const prefix = issue.path.length === 0 ? "" : `${issue.path.map(String).join(".")}.`;
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => `${prefix}${key}: unknown key${suggestion(key, known)}`);
  }
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const given = typeof issue.input === "string" ? issue.input : undefined;
    const meant = given === undefined ? "" : suggestion(given, values);
    return [`${place}: must be one of ${values.join(", ")}${meant}`];
  }
  if (issue.code === "invalid_union") {
    // The faults of the form that was meant: the one whose kind (a list, a map) is right.
    const meant = issue.errors.find((faults) => faults.every((fault) => fault.path.length > 0 || !isOtherKind(fault)));
    if (meant === undefined) {
      const kinds = issue.errors.flat().map((fault) => (isKind(fault) ? kindNames[fault.expected] : undefined));
      return [`${place}: expected ${kinds.filter((kind) => kind !== undefined).join(" or ")}`];
    }
    return meant.flatMap((fault) => describe({ ...fault, path: [...issue.path, ...fault.path] }, schema));
  }
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => `${place}: ${message}`);
  return [`${place}: ${issue.message}`];
}

const isKind = (issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidType => issue.code === "invalid_type";
/** Another kind of value than the form takes: a map where there are only names. */
const isOtherKind = (issue: z.core.$ZodIssue): boolean =>
  isKind(issue) || (issue.code === "invalid_value" && typeof issue.input !== "string");
const kindNames: Partial<Record<string, string>> = { array: "a list", record: "a map", object: "a map" };

function suggestion(given: string, known: string[]): string {
  const close = known
    .map((name) => ({ name, distance: editDistance(given, name) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))[0];
  return close === undefined ? "" : `; did you mean ${close.name}?`;
}

/** Keys that the object schema at `at` knows; empty where the schema there is no object. */
function keysAt(schema: z.ZodType, at: readonly PropertyKey[]): string[] {
  let here: unknown = schema;
  for (const part of [...at, undefined]) {
    here = unwrap(here);
    if (part === undefined) break;
    here = inside(here, String(part));
  }
  const { shape, options } = Object(here) as { shape?: Record<string, unknown>; options?: unknown[] };
  const shapes = [
    shape,
    ...(options ?? []).map((form) => (unwrap(form) as { shape?: Record<string, unknown> })?.shape),
  ];
  return shapes.flatMap((one) => Object.keys(one ?? {}));
}

/** The schema of a key, of a list's items or of a map's values; of a union, that of the first form which has one. */
function inside(schema: unknown, key: string): unknown {
  const { shape, element, valueType, options } = Object(schema) as {
    shape?: Record<string, unknown>;
    element?: unknown;
    valueType?: unknown;
    options?: unknown[];
  };
  const item = /^\d+$/.test(key) ? element : undefined;
  const ofForms = options?.map((form) => inside(unwrap(form), key)).find((found) => found !== undefined);
  return shape?.[key] ?? item ?? valueType ?? ofForms;
}

function unwrap(schema: unknown): unknown {
  let here = schema as { def?: { innerType?: unknown; in?: unknown } } | undefined;
  for (;;) {
    const inner = here?.def?.innerType ?? here?.def?.in;
    if (inner === undefined) return here;
    here = inner as typeof here;
  }
}

/** Levenshtein distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
