/** What stages plan with: the machine, the texts and the new vocabulary, as far as they are known before a run. */
import { type MeasuredCorpus, measureCorpus } from "../corpus/measure-corpus.js";
import type { CorpusOptions } from "../corpus/read-corpus.js";
import { CorpusError } from "../errors.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { Machine } from "./machine.js";
import type { Certainty, Count } from "./stage-plan.js";

export interface PlanTools {
  machine: Machine;
  /** Null where files are not there; what else is wrong with them is thrown as `CorpusError`. */
  measure(corpus: CorpusOptions): Promise<MeasuredCorpus | null>;
}

/** The vocabulary of the adapted models. */
export interface AdaptedVocabulary {
  /** Ids; null where nothing says how many there will be. */
  size: Count | null;
  /** Cuts text as the new vocabulary does, or where that is not there yet as the original does, in more tokens; null: neither. */
  tokenizer: Tokenizer | null;
  /** It is the new one. */
  isNew: boolean;
}

/** For people: `3.2 million`. */
export const inMillions = (count: number): string =>
  `${(count / 1e6).toLocaleString("en", { maximumFractionDigits: count < 1e7 ? 1 : 0 })} million`;

/** Code points that are read of a corpus, about. */
const readCharacters = 4e6;

/** Measures every corpus once. `assumed`: code points of a corpus that is not there. */
export function createTextMeasure(assumed: number | undefined): PlanTools["measure"] {
  const known = new Map<string, Promise<MeasuredCorpus | null>>();
  return (corpus) => {
    const { files, documents, filters } = corpus;
    const key = JSON.stringify([files, documents, filters]);
    const measured = known.get(key) ?? measureOrAssume({ files, documents, filters } as CorpusOptions, assumed);
    known.set(key, measured);
    return measured;
  };
}

async function measureOrAssume(corpus: CorpusOptions, assumed: number | undefined): Promise<MeasuredCorpus | null> {
  try {
    return await measureCorpus(corpus, readCharacters);
  } catch (error) {
    if (!(error instanceof CorpusError && error.code === "corpus.not_found")) throw error;
    if (assumed === undefined) return null;
    return { files: 0, bytes: 0, texts: [], read: 0, characters: assumed, complete: false };
  }
}

export interface Cutting {
  charactersPerToken: number;
  certainty: Certainty;
}

/** Where there is no tokenizer: about what LLaMa-3's makes of Russian. */
export const assumedCharactersPerToken = 3;
const sampleCharacters = 200_000;

/** Characters a token, from some of `texts`. */
export async function cuttingOf(
  { tokenizer, isNew }: Pick<AdaptedVocabulary, "tokenizer" | "isNew">,
  texts: readonly string[],
): Promise<Cutting> {
  const sample: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (length >= sampleCharacters) break;
    const part = text.slice(0, sampleCharacters - length);
    sample.push(part);
    length += part.length;
  }
  if (tokenizer === null || length === 0) {
    return { charactersPerToken: assumedCharactersPerToken, certainty: "estimate" };
  }
  const { ids } = await tokenizer.encodeBulk(sample);
  const characters = sample.reduce((sum, text) => sum + [...text].length, 0);
  return { charactersPerToken: characters / Math.max(1, ids.length), certainty: isNew ? "estimate" : "at_most" };
}
