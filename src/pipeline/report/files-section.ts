import { escapeHtml } from "../../report/html-page.js";
import type { ReportSection } from "../../report/run-report.js";
import type { Made } from "../run-context.js";

/** Where everything lies, from the report's own folder. */
export function filesSection(made: Made): ReportSection {
  const rows = Object.keys(made.propagation?.result ?? {});
  const tuned = Object.keys(made.calibration?.result ?? {});
  const place = (there: unknown, name: string, what: string): [string, string][] => (there ? [[name, what]] : []);
  const places = [
    ...place(true, "summary.json", "every number of the run"),
    ...place(made.vocabulary, "vocabulary/tokenizer/", "the new tokenizer"),
    ...place(made.pretraining, "pretraining/adapted/", "the adapted base model"),
    ...rows.flatMap((row) => place(true, `propagation/${row}/`, "the instruct model with the new vocabulary")),
    ...tuned.flatMap((row) => place(true, `calibration/${row}/`, "tuned; answers.jsonl has what it learned from")),
    ...place(made.benchmark, "benchmark/leaderboard.html", "all models' scores"),
    ...Object.keys(made).flatMap((stage) =>
      place(true, `${stage}/manifest.json`, "inputs, outputs, options and versions of the stage"),
    ),
  ];
  const items = places.map(
    ([name, what]) => `<li><a href="${escapeHtml(encodeURI(name))}">${escapeHtml(name)}</a>: ${escapeHtml(what)}</li>`,
  );
  return { title: "Files", tables: [], html: `<ul class="files">${items.join("\n")}</ul>` };
}
