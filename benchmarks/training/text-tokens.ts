/**
 * Tokens that can be learned: English novels in a byte-level BPE of their own where the novels are there, else a made-up source
 * in which frequent tokens are far more frequent than rare ones and half of all tokens follow from the one before.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { createTrainingSet } from "../../src/engine/training-set.js";
import { createRandom } from "../../src/random.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { buildVocabulary } from "../../src/vocabulary/build-vocabulary.js";
import { novelsFolder } from "../novels/novels-folder.js";
import type { Workplace } from "./workplace.js";

export interface TextTokens {
  /** Training set. */
  file: string;
  /** For notes. */
  source: string;
}

/** `blocks` blocks, none read twice, ids below `vocabulary`. */
export async function textTokens(
  work: Workplace,
  { vocabulary, blocks, length }: { vocabulary: number; blocks: number; length: number },
): Promise<TextTokens> {
  const novels = novelsFolder();
  const wanted = blocks * length + 1;
  const ids = novels === undefined ? madeUp(vocabulary, wanted) : await fromNovels(work, novels, vocabulary, wanted);
  const file = work.place("text.blocks");
  const set = createTrainingSet(file, length);
  for (let b = 0; b < blocks; b++) {
    set.append({
      inputs: ids.slice(b * length, (b + 1) * length),
      targets: ids.slice(b * length + 1, (b + 1) * length + 1),
      weights: new Float32Array(length).fill(1),
      segments: new Int32Array(length),
    });
  }
  set.finish();
  return { file, source: novels === undefined ? "tokens of a made-up source" : "tokens of English novels" };
}

async function fromNovels(work: Workplace, novels: string, size: number, wanted: number): Promise<Int32Array> {
  const folder = path.join(novels, "en", "train");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((name) => path.join(folder, name));
  const out = work.place("vocabulary");
  await buildVocabulary({ method: "bpe", size, corpus: { files }, out, threads: work.threads });
  const tokenizer = await loadTokenizer(out);
  rmSync(out, { recursive: true });
  const { ids } = await tokenizer.encodeBulk(files.map((file) => readFileSync(file, "utf8")));
  if (ids.length < wanted) throw new RangeError(`${folder}: ${ids.length} tokens, ${wanted} are needed`);
  return ids.slice(0, wanted);
}

/** Zipf's law, and after each token, half of the time, the one that always follows it. */
function madeUp(vocabulary: number, wanted: number): Int32Array {
  const random = createRandom(1);
  const zipf = (): number => Math.floor((vocabulary + 1) ** random.uniform()) - 1;
  const successor = Int32Array.from({ length: vocabulary }, zipf);
  const ids = new Int32Array(wanted);
  for (let i = 1; i < wanted; i++) ids[i] = random.uniform() < 0.5 ? successor[ids[i - 1]!]! : zipf();
  return ids;
}
