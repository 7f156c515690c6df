/** How large a new vocabulary will be, and what making it takes. Where the text is small, it is made in memory to know. */
import type { CorpusOptions } from "../corpus/read-corpus.js";
import { type AdaptedVocabulary, inMillions, type PlanTools } from "../plan/plan-tools.js";
import type { Count, StagePlan } from "../plan/stage-plan.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { chooseVocabularyMethod } from "./build-vocabulary.js";
import { draftVocabulary } from "./draft-vocabulary.js";
import type { VocabularySection } from "./options.js";

export interface VocabularyPlanJob {
  section: VocabularySection;
  corpus: CorpusOptions;
  /** Folder of the base model; null where it is not here. */
  base: string | null;
  /** Ids of the base's tokenizer; null where that is not known. */
  baseSize: number | null;
  original: Tokenizer | null;
  threads: number;
}

export interface VocabularyPlan extends StagePlan {
  vocabulary: AdaptedVocabulary;
}

/** Characters a second of counting words, and the seconds that merging takes (docs/experiments.md, Vocabularies at full strength). */
const countingRate = 4e6;
const mergingSeconds = 5;
/** A tokenizer folder and its report. */
const keptBytes = 20e6;

/** Throws `TokenizerError` for options that the method does not take, `CorpusError` for text that cannot be read. */
export async function planVocabulary(job: VocabularyPlanJob, { measure }: PlanTools): Promise<VocabularyPlan> {
  const { section, corpus, base, original, threads } = job;
  chooseVocabularyMethod({ ...section, corpus });
  const text = await measure(corpus);
  const keep = section.keep_corpus === undefined ? undefined : await measure(section.keep_corpus);
  const notes: string[] = [];
  const isSmall = text?.complete === true && (keep === undefined || keep?.complete === true);
  if (base !== null && isSmall) {
    const start = performance.now();
    const tokenizer = await draftVocabulary({ ...section, base, corpus, threads });
    const seconds = (performance.now() - start) / 1000;
    return {
      ...planOf(section, seconds, ["the text is small: made in memory, to plan with"]),
      vocabulary: { size: { value: tokenizer.size, certainty: "exact" }, tokenizer, isNew: true },
    };
  }
  if (text === null) notes.push("the training text is not there");
  else if (!text.complete) notes.push(`about ${inMillions(text.characters)} characters to count`);
  if (section.memory_mb === undefined)
    notes.push("memory grows with the different words of the text; memory_mb caps it");
  const size = expectedSize(job);
  if (size === null) notes.push("its size is known when it is made");
  const seconds = text === null ? null : text.characters / countingRate + mergingSeconds;
  return { ...planOf(section, seconds, notes), vocabulary: { size, tokenizer: original, isNew: false } };
}

function planOf(section: VocabularySection, seconds: number | null, notes: string[]): StagePlan {
  const bytes = section.memory_mb === undefined ? null : 1e6 * section.memory_mb;
  return {
    work: [{ what: "making the vocabulary", tokens: null, flops: 0, seconds }],
    memory: null,
    disk: { kept: keptBytes, meanwhile: 0 },
    notes: bytes === null ? notes : [...notes, `at most ${section.memory_mb} MB of memory (memory_mb)`],
    warnings: [],
  };
}

/** The size that the options ask for. */
function expectedSize({ section, baseSize }: VocabularyPlanJob): Count | null {
  const { method, size, keep } = section;
  const added: Count | null = size === undefined ? null : { value: size, certainty: "exact" };
  switch (method) {
    case "bpe":
    case "unigram":
      return added ?? (baseSize === null ? null : { value: baseSize, certainty: "exact" });
    case "extended":
      return added && baseSize === null ? null : added && { value: baseSize! + added.value, certainty: "exact" };
    case "optimized":
      // What is kept of the base comes with its added tokens, and without tokens whose parts were cut.
      return added && keep !== undefined ? { value: keep + added.value, certainty: "estimate" } : null;
  }
}
