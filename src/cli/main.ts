#!/usr/bin/env node
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { RecipeError } from "../errors.js";
import { commands } from "./commands/registry.js";
import { fail } from "./failure.js";

const parser = yargs(hideBin(process.argv))
  .scriptName("lep")
  .usage("$0 <command>\n\nTeach a language model a new language.")
  .parserConfiguration({ "camel-case-expansion": false, "parse-positional-numbers": false })
  .option("debug", { type: "boolean", global: true, describe: "show the stack of a failure" })
  .demandCommand(1, "name a command")
  .strict()
  .recommendCommands()
  .wrap(Math.min(110, process.stdout.columns ?? 110))
  .fail((message, error) => {
    throw (
      error ??
      new RecipeError("command.invalid", message, {
        hint: "lep --help lists commands; lep <command> --help its options.",
      })
    );
  })
  .exitProcess(false)
  .epilogue("lep <command> --help shows a command's options and an example.");
for (const command of Object.values(commands)) parser.command(command);

process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
try {
  await parser.parseAsync();
} catch (error) {
  fail(error);
}
