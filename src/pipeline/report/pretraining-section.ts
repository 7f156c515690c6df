import path from "node:path";
import type { Cell } from "../../report/html-page.js";
import type { ReportSection } from "../../report/run-report.js";
import { spikesNote, trainingCurves } from "../../report/training-curves.js";
import type { Made, PretrainingResult } from "../run-context.js";

export function pretrainingSection({ pretraining }: Made): ReportSection | undefined {
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
