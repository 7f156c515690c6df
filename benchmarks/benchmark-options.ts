import { parseArgs } from "node:util";

/**
 * The options of a benchmark's command: `--NAME N` for each of `numbers`, a whole number above 0 (there its default), `--NAME TEXT` for
 * each of `texts`, and `--only TEXT`, which may come several times. Throws what `parseArgs` throws, and `RangeError`.
 */
export function benchmarkOptions<NumberName extends string, TextName extends string = never>(
  numbers: Readonly<Record<NumberName, number>>,
  texts: readonly TextName[] = [],
): { numbers: Record<NumberName, number>; texts: Partial<Record<TextName, string>>; only: string[] } {
  const names = [...Object.keys(numbers), ...texts];
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(names.map((name) => [name, text])),
      only: { ...text, multiple: true },
    },
  });
  const given = values as Record<string, string | undefined> & { only?: string[] };
  const chosen = Object.entries<number>(numbers).map(([name, number]) => {
    const value = Number(given[name] ?? number);
    if (Number.isInteger(value) && value > 0) return [name, value];
    throw new RangeError(`--${name} ${given[name]} is not a whole number above 0`);
  });
  return {
    numbers: Object.fromEntries(chosen) as Record<NumberName, number>,
    texts: Object.fromEntries(texts.map((name) => [name, given[name]])) as Partial<Record<TextName, string>>,
    only: given.only ?? [],
  };
}
