/**
 * The merges that a SentencePiece BPE vocabulary stands for. SentencePiece has no list of merges: it joins the two
 * neighbours whose text together is a piece, the piece of highest score first. So every split of a piece into two pieces
 * is a merge of the rank of the whole; among the splits of one piece those with the earlier left part come first, as in
 * the converters of Hugging Face transformers.
 */
import type { Merge } from "../tokenizer-json.js";

/**
 * `pieces` that can be merged and be merged into, as text → id and score. Where two pieces have the same score (pieces
 * that were put into a model by hand often have 0) SentencePiece goes by the place in the text, which a list of merges
 * cannot say: they are ranked by id.
 */
export function mergesFromScores(pieces: ReadonlyMap<string, { id: number; score: number }>): Merge[] {
  const ranked = [...pieces].sort(([, a], [, b]) => b.score - a.score || a.id - b.id);
  const merges: Merge[] = [];
  for (const [text] of ranked) {
    const splits: { left: string; right: string; ids: [left: number, right: number] }[] = [];
    for (let cut = 1; cut < text.length; cut++) {
      const left = text.slice(0, cut);
      const right = text.slice(cut);
      const [first, second] = [pieces.get(left), pieces.get(right)];
      if (first !== undefined && second !== undefined) splits.push({ left, right, ids: [first.id, second.id] });
    }
    splits.sort((a, b) => a.ids[0] - b.ids[0] || a.ids[1] - b.ids[1]);
    for (const { left, right } of splits) merges.push([left, right]);
  }
  return merges;
}
