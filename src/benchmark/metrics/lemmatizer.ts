/**
 * First forms of Russian words by the OpenCorpora dictionary, guessed by their endings for words that are not in it:
 * the npm package az, a port of pymorphy2 (Korobov 2015, "Morphological analyzer and generator for Russian and Ukrainian
 * languages"). How it differs from the pymorphy3 of the public harness is in docs/benchmark.md.
 */
import Az from "az";
import { BenchmarkError } from "../../errors.js";

/** First form of a word in lower case: the likeliest of its readings. Words without Cyrillic letters are their own. */
export type Lemmatizer = (word: string) => string;

const options = {
  // Words come in lower case, names too.
  ignoreCase: true,
  stutter: 0,
  typos: 0,
  forceParse: true,
  // In pymorphy3's order. A reading with a mark is joined with those of the next line; initials are never in lower case.
  parsers: [
    ...["Dictionary", "IntNumber", "RealNumber", "Punctuation", "Latin"],
    ...["HyphenParticle", "HyphenAdverb", "HyphenWords"],
    ...["PrefixKnown", "PrefixUnknown?", "SuffixKnown?"],
  ],
};

/** Longer ones are no words, and cost time. */
const longestWord = 60;
const mostRemembered = 200_000;

let loaded: Promise<Lemmatizer> | undefined;

/** Reads the dictionary (9 MB) once. Throws `BenchmarkError` where it cannot be read. */
export function loadLemmatizer(): Promise<Lemmatizer> {
  loaded ??= new Promise((resolve, reject) => {
    Az.Morph.init((error) => {
      if (error === null) resolve(createLemmatizer());
      else {
        loaded = undefined;
        const message = `the dictionary of the npm package az cannot be read: ${error.message}`;
        reject(new BenchmarkError("benchmark.dictionary", message, { cause: error, exitCode: 1 }));
      }
    });
  });
  return loaded;
}

function createLemmatizer(): Lemmatizer {
  const known = new Map<string, string>();
  return (word) => {
    if (word.length > longestWord || !/[а-яё]/.test(word)) return word;
    let lemma = known.get(word);
    if (lemma === undefined) {
      lemma = lookUp(word);
      if (known.size < mostRemembered) known.set(word, lemma);
    }
    return lemma;
  };
}

function lookUp(word: string): string {
  const [likeliest] = Az.Morph(word, options);
  const first = likeliest?.normalize();
  return first ? String(first).toLowerCase() : word;
}
