import path from "node:path";
import { byteLevelBase, writeMetaspaceBase } from "./bases.js";
import { findSentencePiece } from "./sentencepiece.js";
import { makeTexts, type Texts } from "./texts.js";

/** Texts, bases and programs that the entries work with. */
export interface Workplace {
  folder: string;
  runs: number;
  threads: number;
  texts: Texts;
  bases: { byteLevel: string; metaspace: string };
  /** Name and version of SentencePiece, where its programs are installed. */
  sentencePiece: string | undefined;
  /** Folder of published tokenizers (`llama-3/tokenizer.json` and others), where there is one. */
  tokenizers: string | undefined;
  /** Where an entry writes. */
  place(name: string): string;
}

export function setUp(
  novels: string,
  tokenizers: string | undefined,
  folder: string,
  options: Pick<Workplace, "runs" | "threads">,
): Workplace {
  const place = (name: string): string => path.join(folder, name);
  return {
    ...options,
    ...{ folder, tokenizers, place },
    texts: makeTexts(novels, folder),
    bases: { byteLevel: byteLevelBase, metaspace: writeMetaspaceBase(place("metaspace")) },
    sentencePiece: findSentencePiece(),
  };
}
