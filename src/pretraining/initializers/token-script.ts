import { scriptOfText } from "../../corpus/letter-script.js";
import { textOfBytes } from "../../tokenizer/byte-level.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";

/** The script of a token's letters, `none` without letters or with letters of several; undefined for added tokens and bytes that are no text. */
export function scriptOfToken(tokenizer: Tokenizer, id: number): string | undefined {
  const bytes = tokenizer.bytesOf(id);
  const text = bytes === undefined ? undefined : textOfBytes(bytes);
  return text === undefined ? undefined : (scriptOfText(text) ?? "none");
}
