import { parseDocument } from "yaml";
import { RecipeError } from "./errors.js";

/** Applies overrides `path.to.key=value` (value as YAML) to `target`. Throws `RecipeError`. */
export function setKeys(target: Record<string, unknown>, overrides: readonly string[]): void {
  for (const override of overrides) {
    const equals = override.indexOf("=");
    const keys = override.slice(0, Math.max(equals, 0)).split(".");
    if (keys.some((key) => key === "" || key === "__proto__")) {
      throw new RecipeError("command.set", `--set ${override}: expected path.to.key=value`);
    }
    let section = target;
    for (const key of keys.slice(0, -1)) {
      if (!Object.hasOwn(section, key)) section[key] = {};
      const inner = section[key];
      if (typeof inner !== "object" || inner === null) {
        throw new RecipeError("command.set", `--set ${override}: ${key} holds no keys`);
      }
      section = inner as Record<string, unknown>;
    }
    section[keys.at(-1)!] = parseValue(override.slice(equals + 1), override);
  }
}

function parseValue(text: string, override: string): unknown {
  try {
    const document = parseDocument(text);
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new RecipeError("command.set", `--set ${override}: ${(cause as Error).message}`, {
      cause,
      hint: "The value is YAML: put quotes around globs and other special characters.",
    });
  }
}
