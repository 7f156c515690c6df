/**
 * From texts to what a training draws its blocks from: the corpora in the parts that the sampling method gives
 * them, and the replay in its share of the whole.
 */
import type { CorpusOptions } from "../corpus/read-corpus.js";
import type { TrainingData, TrainingOptions } from "../engine/engine.js";
import { drawsOf } from "../engine/training-data.js";
import { trainingOptions } from "../engine/training-schema.js";
import type { PretrainingOptions } from "./options.js";
import type { SamplingOptions } from "./sampling/options.js";
import { samplingMethods } from "./sampling/registry.js";
import type { StoredBlocks, TokenStore } from "./token-store.js";

export interface TrainingCorpus extends CorpusOptions {
  name: string;
  /** For sampling by weights. */
  weight?: number | undefined;
}

/** A corpus in numbers: what it has, and what the training takes of it. */
export interface CorpusPart {
  documents: number;
  /** Code points. */
  characters: number;
  /** Tokens of the text, each counted once. */
  tokens: number;
  /** Tokens that stand in two blocks, since the end of the first cut their paragraph. */
  repeated: number;
  blocks: number;
  /** Blocks that are drawn from it, over the whole training. */
  drawn: number;
  /** How often that is all of it. */
  epochs: number;
  /** Of all blocks that are drawn. */
  share: number;
}

export interface MixedCorpora {
  data: TrainingData;
  training: TrainingOptions;
  /** By name; the replay is `replay`. */
  corpora: Record<string, CorpusPart>;
  /** Ids of the text, marks included, and nothing of the replay; ascending. */
  used: number[];
}

export interface MixingJob {
  corpora: readonly TrainingCorpus[];
  sampling: SamplingOptions;
  options: PretrainingOptions;
  seed: number;
}

/** The name of the replay among the corpora, which none of them can have. */
export const replayName = "replay";

/** Throws what the store throws, and `RecipeError` where the sampling method cannot do what is asked. */
export async function mixCorpora(job: MixingJob, store: TokenStore): Promise<MixedCorpora> {
  const { corpora, options, seed } = job;
  const { replay } = options;
  const sources: [name: string, StoredBlocks][] = [];
  for (const corpus of corpora) sources.push([corpus.name, await store.blocks(corpus.name, corpus, options)]);
  const own = 1 - (replay?.share ?? 0);
  const blocks = sources.reduce((sum, [, { index }]) => sum + index.blocks, 0);
  const training = trainingOptions(options, Math.ceil(blocks / own), seed);
  const parts = sampledParts(job, sources, training, own);
  const used = idsIn(sources.map(([, source]) => source));
  if (replay !== null) {
    parts.push(replay.share);
    const [replayed] = drawsOf([replay.share, own], training);
    sources.push([
      replayName,
      await store.blocks(replayName, replay.corpus, options, enough(replayed! * options.block_size)),
    ]);
  }
  store.removeOthers();
  const draws = drawsOf(parts, training);
  const all = draws.reduce((sum, count) => sum + count, 0);
  const summary = sources.map(([name, { index, head }], i): [string, CorpusPart] => {
    const { documents, characters, tokens } = head;
    const drawn = draws[i]!;
    return [
      name,
      {
        ...{ documents, characters, tokens, repeated: index.repeated, blocks: index.blocks },
        ...{ drawn, epochs: drawn / index.blocks, share: drawn / all },
      },
    ];
  });
  return {
    data: { sets: sources.map(([, { file }], i) => ({ file, weight: parts[i]! })) },
    training,
    corpora: Object.fromEntries(summary),
    used,
  };
}

/** Parts of the corpora, which sum to `own`. */
function sampledParts(
  { corpora, sampling, options }: MixingJob,
  sources: readonly [name: string, StoredBlocks][],
  { steps, blocks_per_step }: TrainingOptions,
  own: number,
): number[] {
  const sizes = sources.map(([, { index }]) => index.blocks);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  // Steps are rounded up to whole ones, which is not to break a cap.
  const budget = options.steps === undefined ? (options.epochs ?? 1) * total : steps * blocks_per_step * own;
  const parts = samplingMethods[sampling.method](
    corpora.map(({ name, weight }, i) => ({ name, size: sizes[i]!, weight })),
    { ...sampling, budget },
  );
  const sum = parts.reduce((all, part) => all + part, 0);
  return parts.map((part) => (part / sum) * own);
}

/**
 * Of a replay that may be much larger than its share, no more is tokenised than is needed; in powers of two, so that a
 * training of some more steps finds it there.
 */
function enough(tokens: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, tokens)));
}

function idsIn(sources: readonly StoredBlocks[]): number[] {
  const all = sources.map(({ used }) => used);
  return Array.from(all[0]!.keys()).filter((id) => all.some((used) => used[id] === 1));
}
