import type { Overlap } from "../store.js";
import { ngramWords } from "./ngram-hashes.js";
import type { TrainingOverlap } from "./training-overlap.js";

/** Rows of the table `overlap`. */
export const overlapRows = ({ corpus_sha256, tasks }: TrainingOverlap): Overlap[] =>
  Object.entries(tasks).map(([task, { items, overlapping }]) => {
    return { task, items, overlapping: overlapping.length, words: ngramWords, corpus_sha256 };
  });
