#!/usr/bin/env node
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { RecipeError } from "../errors.js";
import { commands } from "./commands/registry.js";
import { fail } from "./failure.js";
import { interrupted } from "./interruption.js";

const parser = yargs(hideBin(process.argv))
  .scriptName("lep")
  .usage("$0 <command>\n\nTeach a language model a new language.")
  .parserConfiguration({ "camel-case-expansion": false, "parse-positional-numbers": false })
  .option("debug", { type: "boolean", global: true, describe: "show the stack of a failure" })
  .demandCommand(1, "name a command")
  .strict()
  .recommendCommands()
  .check((given, options) => {
    const lists = (options as { array?: string[] }).array ?? [];
    const twice = Object.keys(given).find(
      (name) => Array.isArray(given[name]) && name !== "_" && !lists.includes(name),
    );
    if (twice === undefined) return true;
    throw new RecipeError("command.invalid", `--${twice} is given more than once`);
  })
  .wrap(Math.min(110, process.stdout.columns ?? 110))
  .fail((message, error) => {
    throw error && !isUsage(error) ? error : usageFault(message ?? error?.message);
  })
  .completion("completion", "print a script that completes lep's commands and options in bash or zsh")
  .exitProcess(false)
  .epilogue("lep <command> --help shows a command's options and an example.");
for (const command of Object.values(commands)) parser.command(command);

process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
try {
  await parser.parseAsync();
  // The work was done before the interruption took hold, or had no safe place to end at.
  if (interrupted()) process.exitCode = 130;
} catch (error) {
  // Of a command that is loaded late, yargs hands over nothing to its own `fail`.
  fail(isUsage(error) ? usageFault(error.message) : error);
}

/** What yargs finds, and what it makes of a fault in `coerce`. */
function isUsage(error: unknown): error is Error {
  return error instanceof Error && error.name === "YError";
}

function usageFault(message: string): RecipeError {
  return new RecipeError("command.invalid", message, {
    hint: "lep --help lists commands; lep <command> --help its options.",
  });
}
