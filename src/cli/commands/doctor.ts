import { examine } from "../../doctor.js";
import { defineCommand } from "../command.js";
import { createOutput } from "../output.js";

export const doctorCommand = defineCommand<{ json: boolean }>({
  command: "doctor",
  describe: "what this machine can do: node, libraries, devices, and what to do about a fault",
  builder: (yargs) =>
    yargs
      .option("json", { type: "boolean", default: false, describe: "one JSON object a line on stdout, nothing else" })
      .example("$0 doctor", ""),
  handler: async ({ json }) => {
    const output = createOutput(json);
    for (const finding of await examine()) {
      output.event({ ...finding });
      output.line(`${finding.ok ? "ok " : "no "} ${finding.what}: ${finding.found}`);
      if (finding.hint !== undefined) output.line(`    ${finding.hint}`);
    }
  },
});
