/** How often a new token's text is cut into which original tokens, where both vocabularies cut a text at its ends. */
import type { CorpusOptions } from "../corpus/read-corpus.js";
import { readPieces } from "../corpus/read-pieces.js";
import { CorpusError } from "../errors.js";
import type { EncodedTexts, Tokenizer } from "../tokenizer/tokenizer.js";

/** Original ids joined by commas → times. */
export type Cuts = ReadonlyMap<string, number>;

export interface CutCorpus extends CorpusOptions {
  /** How much of the text is read, in UTF-16 units. */
  characters: number;
}

/** As much text as is read where nobody says otherwise. */
export const cutCharacters = 20_000_000;

const textsAtOnce = 64;

/**
 * New id → its cuts; ids that the text does not show are absent. Memory grows with the number of different cuts. Throws
 * `CorpusError` where no text could be compared: one of the tokenizers changes the text.
 */
export async function countCuts(
  adapted: Tokenizer,
  original: Tokenizer,
  corpus: CutCorpus,
): Promise<Map<number, Cuts>> {
  const cuts = new Map<number, Map<string, number>>();
  let compared = 0;
  let read = 0;
  const compare = async (texts: string[]): Promise<void> => {
    const [ours, theirs] = [await adapted.encodeBulk(texts), await original.encodeBulk(texts)];
    for (const [i, text] of texts.entries()) {
      const [mine, other] = [spansOf(adapted, ours, i, text), spansOf(original, theirs, i, text)];
      if (mine === undefined || other === undefined) continue;
      compared++;
      addCuts(cuts, mine, other);
    }
  };
  const texts: string[] = [];
  for await (const text of readPieces(corpus)) {
    texts.push(text);
    read += text.length;
    if (texts.length === textsAtOnce) await compare(texts.splice(0));
    if (read >= corpus.characters) break;
  }
  await compare(texts);
  if (compared === 0) {
    throw new CorpusError(
      "propagation.cuts_unknown",
      `${corpus.files.join(", ")}: no piece of the text comes back byte for byte from ${adapted.source} and ${original.source}`,
      { hint: "Use the method conversion, which needs no text." },
    );
  }
  return cuts;
}

interface Spans {
  ids: Int32Array;
  /** Byte at which each token ends. */
  ends: Int32Array;
}

/** Undefined where the tokens do not spell the text's bytes (added tokens, normal forms). */
function spansOf(
  tokenizer: Tokenizer,
  { ids: all, starts }: EncodedTexts,
  index: number,
  text: string,
): Spans | undefined {
  const ids = all.subarray(starts[index], starts[index + 1]);
  const ends = new Int32Array(ids.length);
  let at = 0;
  for (let i = 0; i < ids.length; i++) {
    const bytes = tokenizer.bytesOf(ids[i]!);
    if (bytes === undefined) return undefined;
    // Some tokenizers put a space in front of every text.
    if (i === 0 && bytes[0] === 0x20 && !text.startsWith(" ")) at = -1;
    at += bytes.length;
    ends[i] = at;
  }
  return at === Buffer.byteLength(text) ? { ids, ends } : undefined;
}

function addCuts(cuts: Map<number, Map<string, number>>, ours: Spans, theirs: Spans): void {
  let first = 0;
  let isBorder = true;
  for (let i = 0; i < ours.ids.length; i++) {
    const end = ours.ends[i]!;
    let next = first;
    while (next < theirs.ids.length && theirs.ends[next]! < end) next++;
    const meets = theirs.ends[next] === end;
    if (isBorder && meets) {
      const id = ours.ids[i]!;
      const key = theirs.ids.subarray(first, next + 1).join(",");
      let own = cuts.get(id);
      if (own === undefined) {
        own = new Map();
        cuts.set(id, own);
      }
      own.set(key, (own.get(key) ?? 0) + 1);
    }
    isBorder = meets;
    first = meets ? next + 1 : next;
  }
}
