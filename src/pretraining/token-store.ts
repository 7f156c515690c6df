/**
 * A folder of token files and block indexes. A token file depends on text and tokenizer alone, an index on
 * the length of the blocks besides: a training with other blocks or steps finds its text tokenised.
 * Everything in it can be made again.
 */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { isAlive } from "../atomic-output.js";
import { findCorpusFiles } from "../corpus/corpus-files.js";
import { type CorpusOptions, readCorpus } from "../corpus/read-corpus.js";
import { type BlockIndexHead, type BlockOptions, openBlockIndex, writeBlockIndex } from "../engine/block-index.js";
import { openTokenFile, type TokenFileHead } from "../engine/token-file.js";
import { makeFolder } from "../make-folder.js";
import type { Progress } from "../progress.js";
import { sha256 } from "../sha256.js";
import { sequenceMarks } from "../tokenizer/sequence-marks.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { tokenizerDigest } from "../tokenizer/tokenizer-digest.js";
import { interrupted, tokeniseCorpus } from "./tokenise-corpus.js";

export interface StoredBlocks {
  /** The index: what the engine reads. */
  file: string;
  index: BlockIndexHead;
  head: TokenFileHead;
  /** 1 for each id that occurs, marks included; uint8[vocabulary]. */
  used: Uint8Array;
}

export interface TokenStore {
  /** Blocks of the corpus, made where they are not there; `most` as in `TokenisingJob`. */
  blocks(name: string, corpus: CorpusOptions, options: BlockOptions, most?: number): Promise<StoredBlocks>;
  /** Removes what was not asked for since the store was opened, so that it does not grow from job to job. */
  removeOthers(): void;
}

/** Methods throw `CorpusError` (no text, a damaged file) and `EngineError` `run.interrupted` on a signal. */
export function openTokenStore(
  folder: string,
  tokenizer: Tokenizer,
  progress?: Progress,
  signal?: AbortSignal,
): TokenStore {
  const digest = tokenizerDigest(tokenizer.source);
  const wanted = new Set<string>();
  const want = (name: string): string => {
    wanted.add(name);
    return path.join(folder, name);
  };
  return {
    async blocks(name, corpus, options, most) {
      makeFolder(folder);
      const key = sha256(JSON.stringify([digest, sequenceMarks(tokenizer), await textState(corpus), most ?? null]));
      const short = key.slice(0, 32);
      const tokens = want(`${short}.tokens`);
      if (!existsSync(tokens)) {
        const job = { name, documents: readCorpus(corpus), tokenizer, digest, most, file: tokens };
        await tokeniseCorpus(job, progress, signal);
      }
      const { block_size, block_starts, attend_across_documents } = options;
      const across = attend_across_documents ? ".across" : "";
      const file = want(`${short}.${block_size}.${block_starts}${across}.index`);
      if (!existsSync(file)) await makeIndex(file, tokens, options, signal);
      const source = openTokenFile(tokens, digest);
      try {
        const opened = openBlockIndex(file);
        opened.close();
        return { file, index: opened.head, head: source.head, used: source.used() };
      } finally {
        source.close();
      }
    },
    removeOthers() {
      for (const name of readdirSync(folder)) {
        const [, pid] = /\.(\d+)\.partial$/.exec(name) ?? [];
        const ours = pid !== undefined ? !isAlive(Number(pid)) : /\.(tokens|index)$/.test(name) && !wanted.has(name);
        if (ours) rmSync(path.join(folder, name), { force: true });
      }
    },
  };
}

async function makeIndex(file: string, tokens: string, options: BlockOptions, signal?: AbortSignal): Promise<void> {
  try {
    await writeBlockIndex(file, tokens, options, signal);
  } catch (error) {
    throw signal?.aborted ? interrupted() : error;
  }
}

/** Which text it is: files that may be too large to be read just for that, and how they are read. */
async function textState({ files, documents, filters }: CorpusOptions): Promise<unknown> {
  const states = (await findCorpusFiles(files)).map((file) => {
    const { dev, ino, size, mtimeMs } = statSync(file.path);
    return [file.format, file.compression, dev, ino, size, mtimeMs];
  });
  return [states, documents ?? "file", filters ?? null];
}
