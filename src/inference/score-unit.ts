/**
 * Log-probabilities of continuations of prompts that begin alike. What they share is decoded once and stays in memory
 * as a member of every sequence; of each prompt the rest follows, and behind it its continuations, each in a sequence
 * of its own, several prompts in one batch. A token's numbers are the same as if its request were alone: its row of a
 * product does not depend on the other rows, and sums over memory cells meet the cells of its own request in the same
 * order at the same places of a vector register, since what is shared ends, and every block begins, at a multiple of
 * `lanes`; cells of others add zeros.
 */
import { type Decoder, maxBatchOutputs } from "./decoder.js";
import type { ScoreRequest } from "./language-model.js";
import { batchRoom, createScoreBatch, type ScoreBatch, type Wanted } from "./score-batch.js";
import { commonLength, type PromptUnit } from "./shared-prefixes.js";

export interface Scorer {
  /** One memory for all sequences. */
  decoder: Decoder;
  batch: ScoreBatch;
  /** Positions of the decoder's memory. */
  cells: number;
  /** Numbers that a processor adds up side by side, or 1 where results are not exact anyway. */
  lanes: number;
  /** The ids that all sequences begin with and that are in memory. */
  path: readonly number[];
}

export type OnScored = (index: number, scores: number[][], seconds: number) => void;

export function createScorer(decoder: Decoder, cells: number, lanes: number): Scorer {
  return { decoder, batch: createScoreBatch(decoder, decoder.sequences - 1), cells, lanes, path: [] };
}

/** What of a request stands behind the shared prefix. */
interface Block {
  index: number;
  request: ScoreRequest;
  scores: number[][];
  /** Continuations that have to be decoded, side by side as far as they fit. */
  groups: number[][];
  tokens: number;
  outputs: number;
}

/** Throws `EngineError`. */
export async function scoreUnit(
  scorer: Scorer,
  { depth, members }: PromptUnit,
  requests: readonly ScoreRequest[],
  onScored: OnScored,
): Promise<void> {
  const { batch, decoder } = scorer;
  let started = performance.now();
  let together: Block[] = [];
  let sequence = 0;
  const finish = (blocks: readonly Block[]): void => {
    const now = performance.now();
    const total = blocks.reduce((sum, { tokens }) => sum + tokens, 0);
    for (const { index, scores, tokens } of blocks)
      onScored(index, scores, ((now - started) / 1000) * (tokens / total));
    started = now;
  };
  const flush = async (): Promise<void> => {
    if (together.length === 0) return;
    await batch.run();
    decoder.erase(-1, depth);
    finish(together);
    together = [];
    sequence = 0;
  };

  await moveTo(scorer, requests[members[0]!]!.prompt.slice(0, depth));
  for (const index of members) {
    const block = makeBlock(index, requests[index]!, depth, scorer);
    const sequences = Math.max(1, block.groups[0]!.length);
    if (block.groups.length > 1 || block.tokens > batchRoom || block.outputs > maxBatchOutputs) {
      await flush();
      await scoreAlone(scorer, block, depth);
      finish([block]);
      continue;
    }
    const begin = Math.ceil(batch.tokens / scorer.lanes) * scorer.lanes;
    const fits =
      begin + block.tokens <= batchRoom &&
      batch.outputs + block.outputs <= maxBatchOutputs &&
      sequence + sequences < decoder.sequences;
    if (!fits) await flush();
    batch.pad(scorer.lanes);
    await addPrompt(batch, block, depth, range(sequence, sequences));
    await addGroup(batch, block, block.groups[0]!, sequence);
    together.push(block);
    sequence += sequences;
  }
  await flush();
}

/** Brings `path` into memory, keeping what of it is there. */
async function moveTo(scorer: Scorer, path: readonly number[]): Promise<void> {
  const { decoder, batch } = scorer;
  const kept = commonLength(scorer.path, path);
  decoder.erase(-1, kept);
  // Until it is whole, so that a fault leaves no wrong memory behind.
  scorer.path = path.slice(0, kept);
  const all = range(0, decoder.sequences - 1);
  for (let i = kept; i < path.length; i++) await batch.add(path[i]!, i, all);
  await batch.run();
  scorer.path = path;
}

function makeBlock(index: number, request: ScoreRequest, depth: number, { decoder, cells }: Scorer): Block {
  const { prompt, continuations } = request;
  const groups = groupContinuations(request, decoder.sequences - 1, cells);
  const behind = continuations.reduce((sum, { length }) => sum + length - 1, 0);
  return {
    index,
    request,
    scores: continuations.map((continuation) => new Array<number>(continuation.length).fill(0)),
    groups,
    tokens: prompt.length - depth + behind,
    outputs: 1 + behind,
  };
}

/** A request that is more than a batch, or has more continuations than there are sequences. */
async function scoreAlone({ decoder, batch }: Scorer, block: Block, depth: number): Promise<void> {
  const widest = block.groups.reduce((most, group) => Math.max(most, group.length), 1);
  await addPrompt(batch, block, depth, range(0, widest));
  for (const [g, group] of block.groups.entries()) {
    if (g > 0) {
      await batch.run();
      decoder.erase(-1, block.request.prompt.length);
    }
    await addGroup(batch, block, group, 0);
  }
  await batch.run();
  decoder.erase(-1, depth);
}

async function addPrompt(batch: ScoreBatch, block: Block, depth: number, members: readonly number[]): Promise<void> {
  const { prompt, continuations } = block.request;
  const last = prompt.length - 1;
  for (let i = depth; i < last; i++) await batch.add(prompt[i]!, i, members);
  const firsts = continuations.map((tokens, i): Wanted => ({ token: tokens[0]!, into: block.scores[i]!, at: 0 }));
  await batch.add(prompt[last]!, last, members, firsts);
}

/** Continuations of a group, the first of them in `sequence`. */
async function addGroup(batch: ScoreBatch, block: Block, group: readonly number[], sequence: number): Promise<void> {
  const { prompt, continuations } = block.request;
  for (const [place, continuation] of group.entries()) {
    const tokens = continuations[continuation]!;
    const into = block.scores[continuation]!;
    // The last token is looked up, never decoded.
    for (let i = 0; i + 1 < tokens.length; i++) {
      await batch.add(tokens[i]!, prompt.length + i, [sequence + place], [{ token: tokens[i + 1]!, into, at: i + 1 }]);
    }
  }
}

/** Continuations of more than one token that fit side by side behind the prompt, in order; at least one group. */
function groupContinuations({ prompt, continuations }: ScoreRequest, sequences: number, cells: number): number[][] {
  const groups: number[][] = [];
  let group: number[] = [];
  let used = prompt.length;
  for (const [index, { length }] of continuations.entries()) {
    if (length === 1) continue;
    if (group.length > 0 && (group.length === sequences || used + length - 1 > cells)) {
      groups.push(group);
      group = [];
      used = prompt.length;
    }
    group.push(index);
    used += length - 1;
  }
  groups.push(group);
  return groups;
}

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);
