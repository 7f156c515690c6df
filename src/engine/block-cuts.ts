/**
 * Where training blocks of T positions begin in a token stream. Every block begins with the start token
 * at the start of a document or of a paragraph. A paragraph that the end of a block cuts is begun again
 * in the next block, so that its end is learned with its beginning in view; one that is longer than a
 * block is continued in the next block behind a start token. With block starts `anywhere` every cut text
 * is continued so and nothing is repeated. Each position predicts its true successor, also across the end
 * of a block: a block is T + 1 tokens, the last of them only as a target.
 *
 * Only marks have to be looked at: a block is the stream from its start on, with a start token in front
 * where none stands there. One pass, no more memory than three numbers.
 */
import { mark } from "./token-chunk.js";

export interface CutOptions {
  /** T, positions in a block; at least 2. */
  block_size: number;
  block_starts: "paragraph" | "anywhere";
}

export interface BlockCuts {
  /** A place with a mark, and which; in the order of the stream. */
  mark(position: number, what: number): void;
  /** The stream is so long. */
  finish(length: number): void;
  /** Positions given twice, since their paragraph was begun again. */
  readonly repeated: number;
}

/** `emit` gets the place in the stream where each block begins. */
export function createBlockCuts(options: CutOptions, emit: (start: number) => void): BlockCuts {
  const T = options.block_size;
  const again = options.block_starts === "paragraph";
  /** Start of the block that is being filled, whether a start token stands there, and the last place that it takes. */
  let start = 0;
  let opens = true;
  let last = T;
  /** Start of the newest paragraph up to `last`, and whether `last` is the start token of a document. */
  let paragraph = 0;
  let endsInStart = false;
  let repeated = 0;

  const begin = (at: number, what: number): void => {
    start = at;
    opens = what === mark.document;
    last = opens ? at + T : at + T - 1;
    endsInStart = false;
  };
  /** The block is full, and `what` stands at the place behind it. */
  const cut = (what: number): void => {
    emit(start);
    const first = opens ? start + 1 : start;
    if (endsInStart) begin(last, mark.document);
    else if (what === mark.paragraph || what === mark.document) begin(last + 1, what);
    // With the document's last token: an end mark behind nothing would teach nothing.
    else if (what === mark.end) begin(last + 2, mark.document);
    else if (again && paragraph > first) {
      repeated += last - paragraph;
      begin(paragraph, mark.paragraph);
    } else begin(last, mark.none);
  };

  return {
    mark(position, what) {
      // Marks are rare: several blocks may have ended before this one.
      while (last < position) cut(position === last + 1 ? what : mark.none);
      if (what === mark.paragraph) paragraph = position;
      if (position === last) endsInStart = what === mark.document;
    },
    finish(length) {
      while (last < length) cut(last + 1 === length ? mark.paragraph : mark.none);
      // What is left makes a block of its own where there is anything to predict.
      if (length - start + (opens ? 0 : 1) > 1) emit(start);
    },
    get repeated() {
      return repeated;
    },
  };
}
