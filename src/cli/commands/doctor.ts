import { examine } from "../../doctor.js";
import { defineAction } from "../command.js";
import { createOutput } from "../output.js";

export const doctorCommand = defineAction<{ json: boolean }>({
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
