import { CorpusError } from "../../errors.js";
import type { CorpusFile } from "../corpus-files.js";
import { readJsonl } from "../jsonl.js";

const loneSurrogate = /\p{Surrogate}/u;

/** JSON lines: one document an object, in its field `text`. Throws `CorpusError` naming file and line. */
export async function* readJsonlTexts(file: CorpusFile): AsyncGenerator<string> {
  for await (const { value, line } of readJsonl(file)) {
    const text = (value as { text?: unknown } | null)?.text;
    if (typeof text !== "string") {
      throw new CorpusError("corpus.no_text", `${file.path}: line ${line} has no field "text" with a string in it`, {
        hint: 'Every line of a .jsonl corpus is an object such as {"text": "…"}.',
      });
    }
    // JSON can spell half a surrogate pair; no UTF-8 text and no tokenizer has such a character.
    if (loneSurrogate.test(text)) {
      throw new CorpusError("corpus.invalid_text", `${file.path}: line ${line} has half of a surrogate pair in "text"`);
    }
    yield text;
  }
}
