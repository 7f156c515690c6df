import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { RecipeError } from "../../errors.js";
import { startWatchServer } from "../../watch/watch-server.js";
import { defineAction } from "../command.js";
import { wholeNumber } from "../common-options.js";
import { createOutput } from "../output.js";

interface Arguments {
  run: string;
  "runs-dir": string;
  port: number;
  json: boolean;
}

export const watchCommand = defineAction<Arguments>({
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "the run's name, or its folder" })
      .option("runs-dir", { type: "string", default: "runs", describe: "folder of all runs" })
      .option("port", { type: "number", default: 7323, describe: "0: any that is free", coerce: wholeNumber("port") })
      .option("json", { type: "boolean", default: false, describe: "one JSON object a line on stdout, nothing else" })
      .example("$0 watch tiny-extended", "while `lep run recipes/tiny-extended.yaml` works in another terminal"),
  handler: async ({ run, "runs-dir": runs, port, json }) => {
    const folder = [path.join(runs, run), run].find((place) => existsSync(place));
    if (folder === undefined) {
      throw new RecipeError("watch.no_run", `${run}: there is no such run in ${runs}, and no such folder`, {
        hint: "A run's folder is there as soon as lep run has begun.",
      });
    }
    const server = await startWatchServer(folder, port);
    const output = createOutput(json);
    output.event({ event: "watching", folder, url: server.url });
    output.line(`${server.url} shows ${folder}; Ctrl-C ends it`);
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    await server.close();
  },
});
