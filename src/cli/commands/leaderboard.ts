import { comparisonNotes, comparisonRows } from "../../benchmark/comparison/comparison-tables.js";
import { compareModels } from "../../benchmark/comparison.js";
import { leaderboard } from "../../benchmark/leaderboard.js";
import { RecipeError } from "../../errors.js";
import { defineAction } from "../command.js";
import { reporting, wholeNumber } from "../common-options.js";
import { createOutput, type Output } from "../output.js";
import { terminalProgress } from "../terminal-progress.js";

interface Arguments {
  db: string;
  out: string;
  published: boolean;
  compare?: string[];
  samples?: number;
  seed: number;
  json: boolean;
}

export const leaderboardCommand = defineAction<Arguments>({
  builder: (yargs) =>
    reporting(yargs)
      .option("db", { type: "string", demandOption: true, describe: "SQLite file" })
      .option("out", { type: "string", demandOption: true, describe: "folder for leaderboard.json, .csv, .md, .html" })
      .option("published", {
        type: "boolean",
        default: false,
        describe: "the paper's figures beside, marked as published",
      })
      .option("compare", {
        type: "string",
        array: true,
        describe: "two rows to compare on the same items, into comparison.json, .csv, .md, .html",
        coerce: twoRows,
      })
      .option("samples", {
        type: "number",
        describe: "samples of each task and model in the page; as many as it can carry by default",
        coerce: wholeNumber("samples"),
      })
      .option("seed", { type: "number", default: 1, describe: "of the resampling", coerce: wholeNumber("seed") })
      .example("$0 leaderboard --db runs/tiny-extended/results.sqlite --out board", "")
      .example("$0 leaderboard --db results.sqlite --out board --compare instruct calibrated", ""),
  handler: ({ db, out, published, compare, samples, seed, json }) => {
    const progress = terminalProgress();
    const output = createOutput(json);
    const board = leaderboard({ db, out, published, seed, samples }, progress.report);
    progress.end();
    for (const row of board.rows) {
      output.event({ event: "row", ...row });
      output.line(`${row.model}: ${row.micro_partial?.toFixed(3) ?? "–"} over ${row.datasets} datasets`);
    }
    if (compare !== undefined)
      printComparison(compareModels({ db, out, models: [compare[0]!, compare[1]!], seed }), output);
  },
});

function twoRows(names: string[] | undefined): string[] | undefined {
  if (names === undefined || (names.length === 2 && names[0] !== names[1])) return names;
  throw new RecipeError("command.invalid", "--compare takes the names of two rows", {
    hint: "Names are those of the leaderboard's first column, in quotes where they have spaces.",
  });
}

function printComparison({ changed, ...comparison }: ReturnType<typeof compareModels>, output: Output): void {
  output.event({ event: "comparison", ...comparison, changed: changed.length });
  for (const note of comparisonNotes({ changed, ...comparison })) output.line(note);
  for (const [name, , , difference, interval, p] of comparisonRows({ changed, ...comparison })) {
    output.line(`${name}: ${difference} (${interval}), p ${p}`);
  }
  output.line(`${changed.length} items changed: comparison.csv`);
}
