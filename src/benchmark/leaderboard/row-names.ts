/** Names of rows, each its own: a model's name alone where one row has it, else with what tells the rows apart. */
import type { RowRuns } from "./board-runs.js";

export function rowNames(rows: readonly RowRuns[]): string[] {
  const names = rows.map(({ runs }) => runs[0]!.model);
  const facets = rows.map(facetsOf);
  const full = rows.map((row, i) => {
    const mates = facets.filter((_, j) => names[j] === names[i]);
    if (mates.length === 1) return names[i]!;
    const differing = Object.entries(facets[i]!).filter(([key, text]) => mates.some((mate) => mate[key] !== text));
    const words = differing.length > 0 ? differing.map(([, text]) => text) : [`run ${row.runs[0]!.id}`];
    return `${names[i]} (${words.join(", ")})`;
  });
  return full.map((name, i) => (full.indexOf(name) === i ? name : `${name} (run ${rows[i]!.runs[0]!.id})`));
}

function facetsOf({ runs, tasks }: RowRuns): Record<string, string> {
  const { model_sha256, tokenizer_sha256, settings } = runs[0]!;
  const items = [...tasks].map(([name, { items_sha256 }]) => [name, items_sha256] as const);
  const facets: Record<string, string> = {
    weights: `weights ${model_sha256.slice(0, 8)}`,
    tokenizer: `tokenizer ${tokenizer_sha256.slice(0, 8)}`,
  };
  for (const [key, value] of Object.entries(settings)) {
    const name = key.replaceAll("_", " ");
    const text = typeof value === "string" ? value : JSON.stringify(value);
    facets[`setting ${key}`] = value === null ? `no ${name}` : `${name} ${shorten(text)}`;
  }
  for (const [task, sha256] of items) facets[`items ${task}`] = `${task} items ${sha256?.slice(0, 8)}`;
  return facets;
}

const longest = 40;
const shorten = (text: string): string =>
  [...text].length <= longest ? text : `${[...text].slice(0, longest - 1).join("")}…`;
