import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { EmbeddingMap, PointKind } from "../../propagation/embedding-map.js";
import type { Cell } from "../../report/html-page.js";
import type { ReportSection } from "../../report/run-report.js";
import { scatterChart } from "../../report/scatter-chart.js";
import type { Made } from "../run-context.js";

export function propagationSection({ propagation }: Made): ReportSection | undefined {
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
    html: mapChart(path.join(propagation.folder, "embedding-map.json")),
    tables: [{ header: ["row", "method", "residual, embedding", "residual, LM head", ...fit], rows, digits: 5 }],
  };
}

const kinds: Record<PointKind, string> = {
  old: "tokens that were there",
  new: "new tokens in the adapted base",
  propagated: "new tokens, propagated",
};

function mapChart(file: string): string {
  if (!existsSync(file)) return "";
  const { points, explained } = JSON.parse(readFileSync(file, "utf8")) as EmbeddingMap;
  const drawn = Object.entries(kinds).map(([kind, name]) => ({
    name,
    points: points.filter((point) => point.kind === kind).map(({ token, x, y }) => ({ name: token, x, y })),
  }));
  const [x, y] = explained.map((share, i) => `component ${i + 1}, ${(100 * share).toFixed(1)} % of the variance`);
  const title = "Input embeddings on the two directions in which they differ most (PCA); a token's name is its tooltip";
  return scatterChart(drawn, { title, x: x!, y: y! });
}
