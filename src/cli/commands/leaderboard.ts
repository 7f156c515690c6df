import { leaderboard } from "../../benchmark/leaderboard.js";
import { defineAction } from "../command.js";
import { reporting } from "../common-options.js";
import { createOutput } from "../output.js";

interface Arguments {
  db: string;
  out: string;
  json: boolean;
}

export const leaderboardCommand = defineAction<Arguments>({
  builder: (yargs) =>
    reporting(yargs)
      .option("db", { type: "string", demandOption: true, describe: "SQLite file" })
      .option("out", { type: "string", demandOption: true, describe: "folder for leaderboard.json, .csv, .md, .html" })
      .example("$0 leaderboard --db runs/tiny-extended/results.sqlite --out board", ""),
  handler: ({ db, out, json }) => {
    const board = leaderboard({ db, out });
    const output = createOutput(json);
    for (const row of board.rows) {
      output.event({ event: "row", ...row });
      output.line(`${row.model}: ${row.micro_partial?.toFixed(3) ?? "–"} over ${row.datasets} datasets`);
    }
  },
});
