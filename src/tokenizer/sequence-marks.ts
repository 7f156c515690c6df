/** The two tokens that frame a text in training: the one it starts with and the one that ends a document. */
import { TokenizerError } from "../errors.js";
import type { Tokenizer } from "./tokenizer.js";

export interface SequenceMarks {
  /** In front of every text, so that its first token is predicted from something. */
  start: number;
  /** Behind every document; undefined where the tokenizer has none apart from `start`. */
  documentEnd: number | undefined;
}

/** A chat model's list of end tokens holds its end of turn too, which never ends a document. */
const documentEnds = ["<|end_of_text|>", "</s>", "<|endoftext|>"];

/** Throws `TokenizerError` where the tokenizer has neither a BOS nor an end token. */
export function sequenceMarks(tokenizer: Tokenizer): SequenceMarks {
  const named = documentEnds
    .map((token) => tokenizer.idOf(token))
    .find((id) => id !== undefined && id !== tokenizer.bosId);
  const end = named ?? tokenizer.eosIds.find((id) => id !== tokenizer.bosId);
  const start = tokenizer.bosId ?? end;
  if (start === undefined) {
    throw new TokenizerError(
      "tokenizer.no_start",
      `${tokenizer.source}: there is no token that a text could start with`,
      {
        hint: "Name bos_token in tokenizer_config.json.",
      },
    );
  }
  return { start, documentEnd: end === start ? undefined : end };
}
