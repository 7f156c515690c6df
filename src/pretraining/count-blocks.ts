import { textBatches } from "../corpus/text-batches.js";
import { type CutOptions, createBlockCuts } from "../engine/block-cuts.js";
import { mark } from "../engine/token-chunk.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { splitParagraphs } from "./split-paragraphs.js";

export interface CountedBlocks {
  /** Of the text, each counted once. */
  tokens: number;
  blocks: number;
  /** 1 for each id that occurs, marks included; uint8[vocabulary]. */
  used: Uint8Array;
}

/** Texts of one call to the encoder, in UTF-16 units. */
const batchUnits = 1 << 20;

/** The blocks that a token file of these texts would be cut into, without writing one. Throws `TokenizerError` as `sequenceMarks`. */
export async function countBlocks(
  texts: readonly string[],
  tokenizer: Tokenizer,
  options: CutOptions,
): Promise<CountedBlocks> {
  const marks = sequenceMarks(tokenizer);
  const used = new Uint8Array(tokenizer.size);
  let blocks = 0;
  let tokens = 0;
  let position = 0;
  const cuts = createBlockCuts(options, () => {
    blocks++;
  });
  const put = (id: number, what: number): void => {
    used[id] = 1;
    cuts.mark(position++, what);
  };
  const documents = texts.filter((text) => text !== "");
  for await (const { texts: batch } of textBatches(documents, batchUnits)) {
    const paragraphs = batch.map((text) => [...splitParagraphs(text)]);
    const { ids, starts } = await tokenizer.encodeBulk(paragraphs.flat());
    for (const id of ids) used[id] = 1;
    tokens += ids.length;
    let next = 0;
    for (const ofDocument of paragraphs) {
      put(marks.start, mark.document);
      for (const end = next + ofDocument.length; next < end; next++) {
        const length = starts[next + 1]! - starts[next]!;
        if (length > 0) cuts.mark(position, mark.paragraph);
        position += length;
      }
      if (marks.documentEnd !== undefined) put(marks.documentEnd, mark.end);
    }
  }
  cuts.finish(position);
  return { tokens, blocks, used };
}
