/**
 * What the data of a training costs: tokenising a text, cutting it into blocks, reading a block.
 *
 * Usage: node dist/benchmarks/training/data.js TOKENIZER GLOB… ; prints one JSON object.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findCorpusFiles } from "../../src/corpus/corpus-files.js";
import { readCorpus } from "../../src/corpus/read-corpus.js";
import { writeBlockIndex } from "../../src/engine/block-index.js";
import { openTrainingSet } from "../../src/engine/training-set.js";
import { tokeniseCorpus } from "../../src/pretraining/tokenise-corpus.js";
import { createRandom } from "../../src/random.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { tokenizerDigest } from "../../src/tokenizer/tokenizer-digest.js";

const [place, ...files] = process.argv.slice(2);
if (place === undefined || files.length === 0) throw new RangeError("usage: data.js TOKENIZER GLOB…");
const blockSize = 4096;
const reads = 2000;

const seconds = async <T>(work: () => Promise<T> | T): Promise<[T, number]> => {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
};

const folder = mkdtempSync(path.join(os.tmpdir(), "lep-bench-data-"));
try {
  const tokenizer = await loadTokenizer(place);
  // The encoder's tables are made with the first text.
  await tokenizer.encodeBulk(["text"]);
  const tokens = path.join(folder, "text.tokens");
  const index = path.join(folder, "text.index");
  const job = {
    name: "text",
    documents: readCorpus({ files }),
    tokenizer,
    digest: tokenizerDigest(place),
    file: tokens,
  };
  const [head, tokenising] = await seconds(() => tokeniseCorpus(job));
  const options = { block_size: blockSize, block_starts: "paragraph", attend_across_documents: false } as const;
  const [{ blocks }, cutting] = await seconds(() => writeBlockIndex(index, tokens, options));
  const [set, opening] = await seconds(() => openTrainingSet(index));
  const random = createRandom(1);
  const [, reading] = await seconds(() => {
    for (let i = 0; i < reads; i++) set.read(random.below(blocks));
  });
  set.close();
  const bytes = (await findCorpusFiles(files)).reduce((sum, file) => sum + statSync(file.path).size, 0);
  const result = {
    ...{ text_mb: bytes / 1e6, tokens: head.tokens, blocks, block_size: blockSize },
    tokenising_mb_s: bytes / 1e6 / tokenising,
    cutting_tokens_s: head.positions / cutting,
    opening_ms: 1000 * opening,
    read_us: (1e6 * reading) / reads,
    bytes_per_token: (statSync(tokens).size + statSync(index).size) / head.tokens,
    peak_mb: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
