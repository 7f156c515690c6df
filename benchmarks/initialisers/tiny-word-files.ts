/** What WECHSEL asks for, for the tiny world: word vectors of its English and its Russian text, and its things and values as a dictionary. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { things } from "../../data/tiny/world/things.js";
import { valueSets } from "../../data/tiny/world/values.js";
import { readCorpus } from "../../src/corpus/read-corpus.js";
import { packageRoot } from "../../src/package-root.js";
import { createSkipGram } from "../../src/pretraining/auxiliary/skip-gram.js";
import type { InitializerOptions } from "../../src/pretraining/initializers/options.js";
import { createRandom } from "../../src/random.js";

const dimensions = 50;
const epochs = 5;

/** Writes the three files to `folder`. */
export async function tinyWordFiles(folder: string): Promise<InitializerOptions> {
  const [source_vectors, target_vectors] = [path.join(folder, "en.vec"), path.join(folder, "ru.vec")];
  await writeWordVectors("replay.txt.gz", source_vectors);
  await writeWordVectors("train.txt.gz", target_vectors);
  const dictionary = path.join(folder, "pairs.txt");
  const pairs = [...things, ...Object.values(valueSets).flat()].flatMap(({ en, ru }) => {
    const word = en.replace(/^the /, "");
    return [...new Set(Object.values(ru))]
      .filter((form) => isWord(word) && isWord(form))
      .map((form) => `${word}\t${form}\n`);
  });
  writeFileSync(dictionary, pairs.join(""));
  return { method: "wechsel", source_vectors, target_vectors, dictionary };
}

const isWord = (text: string): boolean => /^\p{L}+$/u.test(text);

async function writeWordVectors(corpus: string, file: string): Promise<void> {
  const files = [path.join(packageRoot(), "data", "tiny", "corpus", corpus)];
  const texts: string[][] = [];
  const counts = new Map<string, number>();
  for await (const { text } of readCorpus({ files, documents: "blank_lines" })) {
    const words = text.match(/\p{L}+/gu) ?? [];
    texts.push(words);
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const places = new Map(words.map(([word], place) => [word, place]));
  const model = createSkipGram({
    inputs: words.map((_, place) => [place]),
    inputRows: words.length,
    counts: words.map(([, count]) => count),
    dimensions,
    window: 5,
    negatives: 5,
    random: createRandom(1),
  });
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [i, text] of texts.entries()) {
      const rate = 0.05 * (1 - (epoch + i / texts.length) / epochs);
      model.learn(
        Int32Array.from(text, (word) => places.get(word)!),
        rate,
      );
    }
  }
  const lines = words.map(([word], place) => `${word} ${[...model.vector(place)].join(" ")}\n`);
  writeFileSync(file, `${words.length} ${dimensions}\n${lines.join("")}`);
}
