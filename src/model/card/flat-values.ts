/** Where texts lie says nothing of a model, and names folders of whoever made it. */
const places = new Set(["files", "prompts", "data", "database"]);

/** Numbers, words and short lists of a nested object by their path, as a table of a model card shows them; what is empty is left out. */
export function flatValues(value: Record<string, unknown>, above = ""): [name: string, value: string][] {
  return Object.entries(value).flatMap(([key, entry]): [string, string][] => {
    const name = above === "" ? key : `${above}.${key}`;
    if (places.has(key) || entry === null || entry === undefined) return [];
    if (Array.isArray(entry)) {
      const shown = entry.every((item) => typeof item !== "object") ? entry.map(scalar).join(", ") : "";
      return shown === "" ? [] : [[name, shown]];
    }
    if (typeof entry === "object") return flatValues(entry as Record<string, unknown>, name);
    return [[name, scalar(entry)]];
  });
}

function scalar(value: unknown): string {
  const text =
    typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(5))) : String(value);
  return text.replace(/[|\r\n]/g, " ");
}
