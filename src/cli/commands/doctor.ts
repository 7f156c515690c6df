import { examine } from "../../doctor.js";
import { defineAction } from "../command.js";
import { type ReportingArguments, reporting } from "../common-options.js";
import { createOutput } from "../output.js";

export const doctorCommand = defineAction<ReportingArguments>({
  builder: (yargs) => reporting(yargs).example("$0 doctor", ""),
  handler: async ({ json }) => {
    const output = createOutput(json);
    for (const finding of await examine()) {
      output.event({ ...finding });
      output.line(`${finding.ok ? "ok " : "no "} ${finding.what}: ${finding.found}`);
      if (finding.hint !== undefined) output.line(`    ${finding.hint}`);
    }
  },
});
