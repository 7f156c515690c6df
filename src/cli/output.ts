/** Results on stdout: readable lines, or one JSON object a line and nothing else with --json. `--quiet` takes the lines away. */
export interface Output {
  /** A line for people; left out with --json. */
  line(text: string): void;
  /** An event for machines; left out without --json. */
  event(event: Record<string, unknown>): void;
}

export function createOutput(json: boolean): Output {
  return {
    line: (text) => {
      if (!json && !isQuiet()) process.stdout.write(`${text}\n`);
    },
    event: (event) => {
      if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    },
  };
}

/** `--quiet`, or the variable of the environment that stands for it. */
export const isQuiet = (): boolean => process.env.LEP_QUIET === "1";
