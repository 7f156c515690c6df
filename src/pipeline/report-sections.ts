/** What the report of a run shows, from what its stages made. */
import path from "node:path";
import type { CalibrationSummary } from "../calibration/calibrate.js";
import type { Recipe } from "../recipe.js";
import type { Cell } from "../report/html-page.js";
import type { ReportSection, RunReport } from "../report/run-report.js";
import { spikesNote, trainingCurves } from "../report/training-curves.js";
import { oneTokenWordsChart, symbolsPerTokenChart } from "../vocabulary/report/efficiency-charts.js";
import { readVocabularyReport } from "../vocabulary/report/report-data.js";
import type { Made, PretrainingResult } from "./run-context.js";

export function reportOfRun(recipe: Recipe, made: Made): RunReport {
  const sections = [
    modelsSection(recipe),
    vocabularySection(made),
    pretrainingSection(made),
    propagationSection(made),
    calibrationSection(made),
    benchmarkSection(made),
    costSection(made),
  ];
  return {
    title: recipe.report?.title ?? `${recipe.name}: a run of lep`,
    sections: sections.filter((section) => section !== undefined),
  };
}

function modelsSection({ models, seed, vocabulary, propagation }: Recipe): ReportSection {
  const rows: Cell[][] = [
    ["base model", models.base],
    ["instruct model", models.instruct ?? "none"],
    ["vocabulary", vocabulary?.method ?? "the original"],
    ["propagation", propagation?.method ?? "none"],
    ["seed", seed],
  ];
  return { title: "What was run", tables: [{ header: ["", ""], rows }] };
}

function vocabularySection({ vocabulary }: Made): ReportSection | undefined {
  if (vocabulary === undefined) return undefined;
  const { symbols_per_token, size, added, kept, removed } = vocabulary.result;
  const { original, adapted } = symbols_per_token;
  const { rows } = readVocabularyReport(path.join(vocabulary.folder, "report"));
  return {
    title: "Vocabulary",
    note: "Symbols per token: characters of the held-out text divided by its tokens.",
    tables: [
      {
        header: ["", "original", "adapted", "ratio"],
        rows: [["symbols per token", original, adapted, adapted / original]],
      },
      { header: ["size", "kept", "added", "removed"], rows: [[size, kept, added, removed]] },
    ],
    charts: [symbolsPerTokenChart(rows), oneTokenWordsChart(rows)],
    more: {
      title: "The vocabulary report: token lengths, and the same sentences as each tokenizer cuts them",
      path: "vocabulary/report/report.html",
    },
  };
}

function pretrainingSection({ pretraining }: Made): ReportSection | undefined {
  if (pretraining === undefined) return undefined;
  const { bits_per_character: bits, original_bits_per_character } = pretraining.result;
  const { loss, steps, kept_step, tokens, corpora } = pretraining.result;
  const rows: Cell[][] = [
    ["original base, original vocabulary", original_bits_per_character, null],
    ["new rows initialised", bits?.before, loss.before],
    ["embeddings trained", bits?.after, loss.after],
  ];
  const folder = path.join(pretraining.folder, "adapted");
  const kept =
    kept_step === steps ? "" : ` The weights are those after step ${kept_step}, the best on the held-out text.`;
  return {
    title: "Continued pre-training",
    note: `${steps} steps, ${tokens} tokens.${kept} Losses of different vocabularies are not comparable; bits per character are. ${spikesNote(folder) ?? ""}`,
    tables: [
      { header: ["model", "bits per character", "loss, nats per token"], rows },
      rowsTable(pretraining.result),
      corporaTable(corpora),
    ],
    curves: trainingCurves(folder),
  };
}

function rowsTable({ initialised }: PretrainingResult): ReportSection["tables"][number] {
  const header = [
    "matrix",
    "initializer",
    "new rows",
    "of them means of pieces for want of a vector",
    "auxiliary vectors",
  ];
  const rows = Object.entries(initialised.matrices).map(([matrix, { initializer, fallbacks, vectors }]): Cell[] => {
    const space = vectors && `${vectors.source}, ${vectors.dimensions} dimensions`;
    return [matrix, initializer, initialised.several_pieces, fallbacks, space ?? "none"];
  });
  return { header, rows };
}

function corporaTable(corpora: PretrainingResult["corpora"]): ReportSection["tables"][number] {
  const header = ["corpus", "documents", "characters", "tokens", "blocks", "blocks drawn", "epochs", "share"];
  const rows = Object.entries(corpora).map(([name, part]): Cell[] => {
    const { documents, characters, tokens, blocks, drawn, epochs, share } = part;
    return [name, documents, characters, tokens, blocks, drawn, epochs, share];
  });
  return { header, rows };
}

function propagationSection({ propagation }: Made): ReportSection | undefined {
  if (propagation === undefined) return undefined;
  const rows = Object.entries(propagation.result).map(([row, summary]): Cell[] => [
    row,
    summary?.method ?? "none",
    summary?.residual.embedding,
    summary?.residual.head,
    summary && `${summary.maps.embedding.rank} of ${summary.maps.embedding.width}`,
    summary?.maps.embedding.condition,
    summary?.maps.embedding.solver,
    summary?.maps.embedding.row_change.kept.median,
    summary?.maps.embedding.row_change.new.median,
  ]);
  const fit = ["rank", "condition", "solver", "row change, kept tokens", "new tokens"];
  return {
    title: "Propagation",
    note: "Residual: how much of the instruct embedding the map from the base's does not explain (relative Frobenius norm). Rank, condition and what follows are the embedding's; row change: how far the map moved a row, relative to its length, median.",
    tables: [{ header: ["row", "method", "residual, embedding", "residual, LM head", ...fit], rows, digits: 5 }],
  };
}

function calibrationSection({ calibration }: Made): ReportSection | undefined {
  if (calibration === undefined) return undefined;
  const rows = Object.entries(calibration.result).map(([row, tuned]): Cell[] => [
    row,
    tuned.examples,
    tuned.copies,
    tuned.plain_text_tokens,
    Object.values(tuned.rejected).reduce((sum, count) => sum + count, 0),
    tuned.steps,
    tuned.loss.before,
    tuned.loss.after,
  ]);
  const trainedOn = ["conversations", "of them copies", "plain text, tokens", "answers left out"];
  return {
    title: "Calibration",
    note: "Loss on the assistant's tokens of held-out conversations, nats per token.",
    tables: [
      { header: ["row", ...trainedOn, "steps", "loss before", "after"], rows },
      sourcesTable(Object.values(calibration.result)[0]?.sources ?? {}),
    ],
    curves: Object.keys(calibration.result).flatMap((row) =>
      trainingCurves(path.join(calibration.folder, row), ` of ${row}`),
    ),
  };
}

/** Every row is tuned on the same conversations. */
function sourcesTable(sources: CalibrationSummary["sources"]): ReportSection["tables"][number] {
  const all = Object.values(sources).map(({ rejected }) => rejected);
  const reasons = [...new Set(all.flatMap((counts) => Object.keys(counts) as (keyof (typeof all)[number])[]))];
  const rows = Object.entries(sources).map(([name, { source, conversations, kept, rejected }]): Cell[] => [
    name,
    source,
    conversations,
    kept,
    ...reasons.map((reason) => rejected[reason] ?? 0),
  ]);
  const rejectedFor = reasons.map((reason) => reason.replaceAll("_", " "));
  return { header: ["source", "kind", "conversations", "learned from", ...rejectedFor], rows };
}

function benchmarkSection({ benchmark }: Made): ReportSection | undefined {
  if (benchmark === undefined) return undefined;
  const models = Object.entries(benchmark.result);
  const metrics = new Map<string, [task: string, metric: string]>();
  for (const [, { tasks }] of models) {
    for (const [task, values] of Object.entries(tasks)) {
      for (const metric of Object.keys(values)) metrics.set(`${task} ${metric}`, [task, metric]);
    }
  }
  const columns = [...metrics.values()];
  const rows = models.map(([model, { tasks, bits_per_character, micro_partial }]): Cell[] => [
    model,
    micro_partial,
    bits_per_character,
    ...columns.map(([task, metric]) => tasks[task]?.[metric]),
  ]);
  const header = ["model", "micro, partial", "bits per character", ...metrics.keys()];
  return {
    title: "Benchmark",
    note: "Micro average over the Darumeru datasets that were run. Task columns: dataset and metric.",
    tables: [{ header, rows }],
  };
}

function costSection(made: Made): ReportSection {
  const rows = Object.entries(made).map(([name, { durationSeconds }]): Cell[] => [name, durationSeconds]);
  return { title: "Cost", tables: [{ header: ["stage", "seconds"], rows, digits: 1 }] };
}
