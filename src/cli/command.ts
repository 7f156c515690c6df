import type { Argv, CommandModule } from "yargs";

/** A command: its words, its options, and one function call. */
export interface Command<Arguments> {
  command: string;
  describe: string;
  builder(yargs: Argv): unknown;
  handler(options: Arguments): void | Promise<void>;
}

/** Lets commands with different arguments stand in one list, as yargs takes them. */
export function defineCommand<Arguments>(command: Command<Arguments>): CommandModule {
  return command as unknown as CommandModule;
}
