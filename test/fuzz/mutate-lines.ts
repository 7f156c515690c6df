/** Damage to the lines of a text: order, number, fields, ends of line, and JSON that stands on one. */
import type { Random } from "../../src/random.js";
import { mutateJson } from "./mutate-json.js";

const odd: readonly string[] = [
  ...["", " ", "\t", "{}", "[]", "null", "0", "__proto__: {polluted: true}", "constructor: 1", "a: &a [*a, *a]"],
  ...[
    "<<: *none",
    "!!js/function 'x'",
    "--- ",
    "...",
    "? {}",
    "&x",
    "*x",
    "%YAML 9.9",
    "a: !!binary x",
    "\t- a",
    "- - - -",
  ],
  ...["9".repeat(400), "1 2", "-1 -1", "1e309 1", "NaN NaN NaN", "4294967296 3", "3 4294967296", "x ".repeat(300)],
];

export function mutateLines(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const line = lines[at]!;
  const change = random.below(9);
  if (change < 3 && /^[[{]/.test(line)) lines[at] = mutateJson(line, random) ?? line;
  else if (change === 3) lines.splice(at, 1 + random.below(3));
  else if (change === 4) lines.splice(at, 0, ...new Array<string>(1 + random.below(20)).fill(line));
  else if (change === 5) lines[at] = odd[random.below(odd.length)]!;
  else if (change === 6) lines.splice(at, 0, odd[random.below(odd.length)]!);
  else if (change === 7) {
    const other = random.below(lines.length);
    [lines[at], lines[other]] = [lines[other]!, line];
  } else {
    const fields = line.split(/([ \t:,]+)/);
    fields[random.below(fields.length)] = odd[random.below(odd.length)]!;
    lines[at] = fields.join("");
  }
  return lines.join(random.below(20) === 0 ? "\r\n" : "\n");
}
