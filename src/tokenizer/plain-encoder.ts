import type { Tokenizer } from "./tokenizer.js";

/**
 * Ids of ordinary tokens for texts as they are cut inside a longer text; undefined for a text where that cannot be told,
 * or that spells an added token or has characters that the vocabulary does not know.
 */
export type PlainEncoder = (texts: string[]) => Promise<(number[] | undefined)[]>;

/**
 * Encodes without the space that some tokenizers put in front of every text: there each text is encoded behind a line
 * feed, whose ids are taken off again.
 */
export async function createPlainEncoder(tokenizer: Tokenizer): Promise<PlainEncoder> {
  const isPlain = (id: number): boolean => !tokenizer.addedIds.has(id) && id !== tokenizer.unknownId;
  const [letter] = await tokenizer.encode("a");
  const addsSpace = letter !== undefined && tokenizer.bytesOf(letter)?.[0] === 0x20;
  const front = addsSpace ? await tokenizer.encode("\n") : [];
  return async (texts) => {
    const encoded = await tokenizer.encodeBatch(addsSpace ? texts.map((text) => `\n${text}`) : texts);
    return encoded.map((ids) => {
      const pieces = ids.slice(front.length);
      return front.every((id, i) => ids[i] === id) && pieces.every(isPlain) ? pieces : undefined;
    });
  };
}
