/** A sentence as a tokenizer cuts it, for people to look at. */
import { textOfBytes } from "../../tokenizer/byte-level.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";

/** A token: its text, or its bytes (hexadecimal) where they are not whole characters. */
export interface TokenPart {
  id: number;
  text?: string;
  bytes?: string;
  /** It stands for what the vocabulary cannot spell. */
  unknown?: true;
}

export async function cutSentences(tokenizer: Tokenizer, sentences: string[]): Promise<TokenPart[][]> {
  const encoded = await tokenizer.encodeBatch(sentences);
  return encoded.map((ids) => Array.from(ids, (id) => partOf(tokenizer, id)));
}

function partOf(tokenizer: Tokenizer, id: number): TokenPart {
  if (id === tokenizer.unknownId) return { id, text: tokenizer.tokenOf(id) ?? "", unknown: true };
  const bytes = tokenizer.bytesOf(id);
  if (bytes === undefined) return { id, text: tokenizer.tokenOf(id) ?? "" };
  const text = textOfBytes(bytes);
  return text === undefined ? { id, bytes: Buffer.from(bytes).toString("hex").toUpperCase() } : { id, text };
}
