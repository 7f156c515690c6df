import { RecipeError } from "../errors.js";

/** `NAME=VALUE` options; a name may come several times. Throws `RecipeError`. */
export function namedValues(given: readonly string[], option: string): Record<string, string[]> {
  const all: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const text of given) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new RecipeError("command.options", `${option} ${text}: expected NAME=VALUE`);
    const name = text.slice(0, equals);
    all[name] = [...(all[name] ?? []), text.slice(equals + 1)];
  }
  return all;
}
