import { availableParallelism, cpus, totalmem } from "node:os";
import type { Recipe } from "../../recipe.js";
import type { Cell } from "../../report/html-page.js";
import type { ReportSection } from "../../report/run-report.js";
import { versions } from "../../versions.js";

/** What was run, and on what. */
export function modelsSection({
  models,
  seed,
  vocabulary,
  propagation,
  engine,
  device,
  threads,
}: Recipe): ReportSection {
  const rows: Cell[][] = [
    ["base model", models.base],
    ["instruct model", models.instruct ?? "none"],
    ["vocabulary", vocabulary?.method ?? "the original"],
    ["propagation", propagation?.method ?? "none"],
    ["seed", String(seed)],
    ["engine, device", `${engine}, ${device}`],
    ["threads", threads === 0 ? `${availableParallelism()} (all)` : String(threads)],
    [
      "machine",
      `${cpus()[0]?.model.trim() ?? process.arch}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform}`,
    ],
    [
      "versions",
      Object.entries(versions())
        .map((pair) => pair.join(" "))
        .join(", "),
    ],
  ];
  return { title: "What was run", tables: [{ header: ["", ""], rows }] };
}
