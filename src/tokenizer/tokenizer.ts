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
  /** Text of ids. Special tokens are written out unless `skipSpecial`. */
  decode(ids: ArrayLike<number>, skipSpecial?: boolean): Promise<string>;
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
