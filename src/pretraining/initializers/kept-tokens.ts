/** Tokens that both vocabularies have, as points of the auxiliary space: what most initialisers make new rows of. */
import { RecipeError } from "../../errors.js";
import { pause } from "../../pause.js";
import type { AuxiliaryVectors } from "../auxiliary/auxiliary-vectors.js";
import type { RowCombination } from "./combine-rows.js";
import type { InitializerContext } from "./initializer.js";
import { type UnitVectors, unitVectors } from "./unit-vectors.js";

export interface KeptTokens {
  /** Row i of `vectors` belongs to this original id. */
  originalIds: Int32Array;
  vectors: UnitVectors;
}

/** Ordinary tokens of one piece that have a vector. Throws `RecipeError` where there are none. */
export function keptTokens({ pieces, tokenizer }: InitializerContext, vectors: AuxiliaryVectors): KeptTokens {
  const ids: number[] = [];
  const own: Float32Array[] = [];
  for (const [id, [piece, second]] of pieces.entries()) {
    if (piece === undefined || second !== undefined || tokenizer.addedIds.has(id)) continue;
    const vector = vectors.ofToken(id);
    if (vector === undefined) continue;
    ids.push(piece);
    own.push(vector);
  }
  if (ids.length === 0) {
    throw new RecipeError(
      "initializer.no_overlap",
      `${tokenizer.source}: no token that the original has too has an auxiliary vector (${vectors.source})`,
      { hint: "Give text or vectors in which such tokens occur, or use the initializer mean." },
    );
  }
  return { originalIds: Int32Array.from(ids), vectors: unitVectors(own, vectors.dimensions) };
}

/** For each token of several pieces with a vector what `combine` makes of it. Throws `EngineError` `run.interrupted` on a signal. */
export async function combineEach(
  { pieces, progress, signal }: InitializerContext,
  vectors: Pick<AuxiliaryVectors, "ofToken">,
  combine: (vector: Float32Array, id: number) => RowCombination | undefined,
): Promise<(RowCombination | undefined)[]> {
  const combinations = new Array<RowCombination | undefined>(pieces.length);
  for (const [id, ids] of pieces.entries()) {
    if (id % rowsAtOnce === 0) {
      progress?.({ task: "combining rows", done: id, total: pieces.length, unit: "rows" });
      await pause(signal);
    }
    const vector = ids.length > 1 ? vectors.ofToken(id) : undefined;
    if (vector !== undefined) combinations[id] = combine(vector, id);
  }
  return combinations;
}

const rowsAtOnce = 256;
