/**
 * The two ways in which BPE vocabularies write text: bytes in a printable alphabet (GPT-2, LLaMa-3), or characters with
 * a mark for the space (SentencePiece: Llama 2, Mistral).
 */

import { bytesOfToken, textOfToken, tokenOfText } from "./byte-level.js";
import { spaceMark } from "./space-mark.js";
import { isByteLevelBpe, type TokenizerJson } from "./tokenizer-json.js";

export interface TokenForm {
  name: "byte_level" | "sentencepiece";
  /** A text as its token is written. */
  write(text: string): string;
  /** The text of a token; undefined where its bytes are no text. */
  read(token: string): string | undefined;
  /** What merges begin with: bytes, or characters. */
  symbols(token: string): string[];
  /** Characters of a token; those that are not whole do not count. */
  lengthOf(token: string): number;
  /** UTF-8 of what the token stands for. */
  bytesOf(token: string): Uint8Array;
}

export const byteLevelForm: TokenForm = {
  name: "byte_level",
  write: tokenOfText,
  read: textOfToken,
  symbols: (token) => token.split(""),
  lengthOf(token) {
    let length = 0;
    for (const byte of bytesOfToken(token) ?? []) if ((byte & 0xc0) !== 0x80) length++;
    return length;
  },
  bytesOf: (token) => bytesOfToken(token) ?? Buffer.from(token),
};

const written = (text: string): string => text.replaceAll(" ", spaceMark);
const readBack = (token: string): string => token.replaceAll(spaceMark, " ");

export const markedForm: TokenForm = {
  name: "sentencepiece",
  write: written,
  read: readBack,
  symbols: (token) => [...token],
  lengthOf: (token) => [...token].length,
  bytesOf: (token) => Buffer.from(readBack(token)),
};

/** The form of a BPE vocabulary. */
export function tokenFormOf(tokenizer: Pick<TokenizerJson, "modelType" | "preTokenizer">): TokenForm {
  return isByteLevelBpe(tokenizer) ? byteLevelForm : markedForm;
}
