/**
 * A picture of the instruct model's embedding space: rows of tokens that it always had, and of new tokens as the adapted base has
 * them and as they came out of propagation, on the two directions in which all of these differ most.
 */
import { openCheckpoint } from "../model/checkpoint.js";
import { embeddingName } from "../model/tensor-names.js";
import { createRandom } from "../random.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { sharedTokens } from "../tokenizer/shared-tokens.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { principalComponents } from "./principal-components.js";
import { createRowReader } from "./row-reader.js";

/** `old`: in the instruct model; `new`: in the adapted base; `propagated`: where the propagated model has the new one. */
export type PointKind = "old" | "new" | "propagated";

export interface EmbeddingMap {
  /** Share of the variance on each axis. */
  explained: [number, number];
  points: { kind: PointKind; token: string; x: number; y: number }[];
}

export interface EmbeddingMapJob {
  /** Model folders. */
  instruct: string;
  adapted: string;
  propagated: string;
  seed: number;
}

/** Of each kind; more cannot be told apart. */
const most = 150;

/** Tokens are drawn by the seed. Throws `CheckpointError` and `TokenizerError`. */
export async function embeddingMap({ instruct, adapted, propagated, seed }: EmbeddingMapJob): Promise<EmbeddingMap> {
  const tokenizers = { original: await loadTokenizer(instruct), adapted: await loadTokenizer(adapted) };
  const shared = sharedTokens(tokenizers.adapted, tokenizers.original);
  const kept = new Set(shared.map(({ newId }) => newId));
  const fresh = Array.from({ length: tokenizers.adapted.size }, (_, id) => id).filter(
    (id) => !kept.has(id) && !tokenizers.adapted.addedIds.has(id),
  );
  const old = drawn(
    shared.map(({ originalId }) => originalId),
    seed,
  );
  const ids = drawn(fresh, seed + 1);
  const groups: { kind: PointKind; model: string; ids: number[]; tokenizer: Tokenizer }[] = [
    { kind: "old", model: instruct, ids: old, tokenizer: tokenizers.original },
    { kind: "new", model: adapted, ids, tokenizer: tokenizers.adapted },
    { kind: "propagated", model: propagated, ids, tokenizer: tokenizers.adapted },
  ];
  const rows = groups.map((group) => rowsOf(group.model, group.kind, group.ids));
  const width = rows[0]!.width;
  const all = new Float32Array(rows.reduce((sum, { values }) => sum + values.length, 0));
  let end = 0;
  for (const { values } of rows) {
    all.set(values, end);
    end += values.length;
  }
  const { points, explained } = principalComponents(all, width);
  const named = groups.flatMap(({ kind, ids: of, tokenizer }) =>
    of.map((id) => ({ kind, token: textOf(tokenizer, id) })),
  );
  return {
    explained: [rounded(explained[0]), rounded(explained[1])],
    points: named.map((point, i) => ({ ...point, x: rounded(points[2 * i]!), y: rounded(points[2 * i + 1]!) })),
  };
}

const drawn = (ids: readonly number[], seed: number): number[] =>
  createRandom(seed)
    .shuffle([...ids])
    .slice(0, most);

function rowsOf(model: string, kind: PointKind, ids: readonly number[]): { width: number; values: Float32Array } {
  const checkpoint = openCheckpoint(model);
  try {
    const reader = createRowReader(checkpoint, embeddingName, kind);
    const values = new Float32Array(ids.length * reader.width);
    for (const [i, id] of ids.entries()) values.set(reader.read(id, 1), i * reader.width);
    return { width: reader.width, values };
  } finally {
    checkpoint.close();
  }
}

const decoder = new TextDecoder();
const textOf = (tokenizer: Tokenizer, id: number): string => decoder.decode(tokenizer.bytesOf(id));
/** Six digits: what a picture cannot show does not belong into a file that is to come out equal everywhere. */
const rounded = (value: number): number => Number(value.toPrecision(6));
