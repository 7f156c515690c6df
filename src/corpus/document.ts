/** One text with the place that it came from, as every reader yields it and every stage takes it. */
export interface Document {
  text: string;
  /** The file it was read from. */
  source: string;
  /** Position in that file, from 0. */
  index: number;
}

/** A corpus is read as a stream, so that memory does not grow with it. */
export type Documents = AsyncIterable<Document>;
