import type { Argv, CommandModule } from "yargs";

/** What a command does: its options, and one function call. */
export interface Action<Arguments> {
  builder(yargs: Argv): unknown;
  handler(options: Arguments): void | Promise<void>;
}

/** An action with the words that name it and the line that `--help` shows. */
export interface Command<Arguments> extends Action<Arguments> {
  command: string;
  describe: string;
}

type AnyAction = Pick<CommandModule, "builder" | "handler">;

/** Lets actions with different arguments stand in one list. */
export function defineAction<Arguments>(action: Action<Arguments>): AnyAction {
  return action as unknown as AnyAction;
}

/** The same for a whole command, as yargs takes it. */
export function defineCommand<Arguments>(command: Command<Arguments>): CommandModule {
  return command as unknown as CommandModule;
}

/** A command whose action is loaded when it is called, or its help is asked for. */
export function lazily(command: string, describe: string, load: () => Promise<AnyAction>): CommandModule {
  return defineCommand<object>({
    command,
    describe,
    builder: async (yargs) => ((await load()).builder as (yargs: Argv) => unknown)(yargs),
    handler: async (options) => (await load()).handler(options as never),
  });
}
