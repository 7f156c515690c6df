/**
 * The conversations of all sources, judged by the filters and kept as JSON lines with the reason of every rejection. Where the
 * sources have weights, as many as make their shares exact are learned from, and the seed draws which.
 */
import path from "node:path";
import { readJsonl } from "../corpus/jsonl.js";
import { CorpusError } from "../errors.js";
import type { Progress } from "../progress.js";
import { createRandom } from "../random.js";
import { streamOutput } from "../streamed-output.js";
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";
import { type Rejection, rejections, type Stopped, type Turn } from "./filters/conversation-filter.js";
import { createConversationFilter } from "./filters/registry.js";
import { countsForWeights } from "./mix.js";
import type { NamedSource } from "./named-sources.js";
import type { ConversationFilterOptions } from "./options.js";
import type { Candidate } from "./sources/registry.js";

/** `beyond_share`: a good conversation, but with it the source would have more than its share. */
export type Reason = Rejection | "beyond_share";
export type ReasonCounts = Partial<Record<Reason, number>>;

/** A line of `answers.jsonl`. */
export interface JudgedLine {
  source: string;
  /** Its place among the source's, from 0. */
  index: number;
  /** What the answer answers. */
  messages: ChatMessage[];
  answer: string;
  /** Of the answer, under the instruct model's tokenizer. */
  tokens: number;
  stopped: Stopped;
  /** Why it is not learned from; null where it is. */
  rejected: Reason | null;
}

export interface SourceSummary {
  source: string;
  /** All that it has. */
  conversations: number;
  /** Those learned from. */
  kept: number;
  rejected: ReasonCounts;
}

export interface JudgedConversations {
  /** Those learned from. */
  count: number;
  /** The same, read from the file anew each time. */
  conversations: AsyncIterable<ChatMessage[]>;
  sources: Record<string, SourceSummary>;
  /** The JSON lines of all, whatever became of them. */
  file: string;
}

export interface Judging {
  sources: readonly (NamedSource & { candidates: AsyncIterable<Candidate> })[];
  filters: ConversationFilterOptions;
  /** The instruct model's: tokens are counted with it. */
  tokenizer: Tokenizer;
  seed: number;
  work: string;
}

/** Throws `CorpusError` (`calibration.no_answers`) with the counts by reason where a source keeps nothing, and what its reading throws. */
export async function judgeConversations(judging: Judging, progress?: Progress): Promise<JudgedConversations> {
  const { sources, seed, work } = judging;
  const all = path.join(work, "judged.jsonl");
  const summaries = await judge(judging, all, progress);
  for (const [name, { conversations, kept, rejected }] of Object.entries(summaries)) {
    if (kept > 0) continue;
    throw new CorpusError(
      "calibration.no_answers",
      `calibration source ${name}: all ${conversations} conversations are rejected (${countsByReason(rejected)})`,
      { hint: `calibration.filters says what is kept; ${all} has the reasons.`, exitCode: 1 },
    );
  }
  const kept = Object.values(summaries).map((summary) => summary.kept);
  const weights = sources.flatMap(({ weight }) => weight ?? []);
  const counts = weights.length === 0 ? kept : countsForWeights(kept, weights);
  const random = createRandom(seed);
  const taken = new Map(
    sources.map(({ name }, i) => [name, weights.length === 0 ? undefined : draw(kept[i]!, counts[i]!, random)]),
  );
  const file = path.join(work, "answers.jsonl");
  await streamOutput(file, async (output) => {
    const seen = new Map<string, number>();
    for await (const line of judgedLines(all)) {
      if (line.rejected === null) {
        const place = seen.get(line.source) ?? 0;
        seen.set(line.source, place + 1);
        if (taken.get(line.source)?.[place] === 0) line.rejected = "beyond_share";
      }
      output.write(Buffer.from(`${JSON.stringify(line)}\n`));
    }
  });
  for (const [i, summary] of Object.values(summaries).entries()) {
    const left = summary.kept - counts[i]!;
    summary.kept = counts[i]!;
    if (left > 0) summary.rejected.beyond_share = left;
  }
  const count = counts.reduce((sum, one) => sum + one, 0);
  return { count, conversations: { [Symbol.asyncIterator]: () => learned(file) }, sources: summaries, file };
}

async function* judgedLines(file: string): AsyncGenerator<JudgedLine> {
  for await (const { value } of readJsonl(file)) yield value as JudgedLine;
}

async function* learned(file: string): AsyncGenerator<ChatMessage[]> {
  for await (const { messages, answer, rejected } of judgedLines(file)) {
    if (rejected === null) yield [...messages, { role: "assistant", content: answer }];
  }
}

/** In the order of the filters, whatever was met first. */
export function countsByReason(counts: ReasonCounts): string {
  const reasons = Object.keys(counts) as Reason[];
  const place = (reason: Reason): number => [...rejections, "beyond_share"].indexOf(reason);
  return reasons
    .sort((a, b) => place(a) - place(b))
    .map((reason) => `${counts[reason]} ${reason}`)
    .join(", ");
}

/** Enough to keep all cores at counting tokens. */
const batch = 256;

/** Writes all conversations with what the filters say, one file for all sources. */
async function judge(
  { sources, filters, tokenizer }: Judging,
  file: string,
  progress: Progress | undefined,
): Promise<Record<string, SourceSummary>> {
  const filter = createConversationFilter(filters);
  const summaries: Record<string, SourceSummary> = {};
  await streamOutput(file, async (output) => {
    for (const { name, source, candidates } of sources) {
      const summary: SourceSummary = { source, conversations: 0, kept: 0, rejected: {} };
      summaries[name] = summary;
      for await (const some of inBatches(candidates, batch)) {
        for (const { messages, stopped, turns } of await withTurns(some, tokenizer)) {
          const rejected = filter({ messages, stopped, turns });
          if (rejected === null) summary.kept++;
          else summary.rejected[rejected] = (summary.rejected[rejected] ?? 0) + 1;
          const line: JudgedLine = {
            source: name,
            index: summary.conversations++,
            messages: messages.slice(0, -1),
            answer: messages.at(-1)!.content,
            tokens: turns.at(-1)!.tokens,
            stopped,
            rejected,
          };
          output.write(Buffer.from(`${JSON.stringify(line)}\n`));
        }
        progress?.({ task: "judging answers", done: summary.conversations, total: 0, unit: "conversations" });
      }
    }
  });
  return summaries;
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let open: T[] = [];
  for await (const item of items) {
    open.push(item);
    if (open.length < size) continue;
    yield open;
    open = [];
  }
  if (open.length > 0) yield open;
}

async function withTurns(candidates: Candidate[], tokenizer: Tokenizer): Promise<(Candidate & { turns: Turn[] })[]> {
  const answers = candidates.flatMap(({ messages }) => messages.filter(({ role }) => role === "assistant"));
  const { starts } = await tokenizer.encodeBulk(answers.map(({ content }) => content));
  let at = 0;
  return candidates.map(({ messages, stopped }) => {
    let prompt = "";
    const turns: Turn[] = [];
    for (const { role, content } of messages) {
      if (role === "user") prompt = content;
      if (role !== "assistant") continue;
      turns.push({ prompt, answer: content, tokens: starts[at + 1]! - starts[at]! });
      at++;
    }
    return { messages, stopped, turns };
  });
}

/** 1 for `count` of `all` places, which chance takes, 0 for the others. */
function draw(all: number, count: number, random: ReturnType<typeof createRandom>): Uint8Array {
  return random.shuffle(new Uint8Array(all).fill(1, 0, count));
}
