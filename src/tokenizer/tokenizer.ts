/** Ids of many texts, one behind the other. */
export interface EncodedTexts {
  ids: Int32Array;
  /** Where each text's ids begin, and the end of the last one, int32[texts + 1]. */
  starts: Int32Array;
}

/**
 * What the stages need of a tokenizer. Ids only: special tokens are added by whoever builds a
 * sequence, never by `encode`.
 */
export interface Tokenizer {
  /** The file or folder that it was loaded from. */
  readonly source: string;
  /** Number of ids: highest id + 1, added tokens included. May be less than the rows of a model. */
  readonly size: number;
  /** Ids of `text` without any special token added in front or behind. Special tokens written out in `text` become their ids. */
  encode(text: string): Promise<number[]>;
  /** The same for many texts at once, on all cores. */
  encodeBatch(texts: string[]): Promise<number[][]>;
  /** The same for big amounts: one array for all texts, which costs no object a text. */
  encodeBulk(texts: readonly string[]): Promise<EncodedTexts>;
  /** Text of ids. Special tokens are written out unless `skipSpecial`. */
  decode(ids: ArrayLike<number>, skipSpecial?: boolean): Promise<string>;
  /** For each text 1 where its ids (none added, none left out) decode to just this text, else 0. */
  comesBack(texts: readonly string[], encoded: EncodedTexts): Promise<Uint8Array>;
  /** The token's form in the vocabulary (byte-level tokens in their printable form), or undefined. */
  tokenOf(id: number): string | undefined;
  idOf(token: string): number | undefined;
  /** The bytes that an ordinary token stands for; undefined for added (special) tokens and for holes. */
  bytesOf(id: number): Uint8Array | undefined;
  /** Ids of the added tokens (special ones and others), which belong to no merge. */
  readonly addedIds: ReadonlySet<number>;
  readonly bosId: number | undefined;
  /** All ids that end a generation. */
  readonly eosIds: readonly number[];
  /** The chat template (Jinja), where the tokenizer has one. */
  readonly chatTemplate: string | undefined;
  /** The id that stands for text which the vocabulary cannot spell; byte-level vocabularies have none. */
  readonly unknownId?: number | undefined;
}

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}
