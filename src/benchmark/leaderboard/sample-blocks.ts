/**
 * The samples that a page carries: with a hundred thousand stored ones it cannot have them all. Of each task and model some,
 * spread evenly over the items, so that all models show the same ones, and failed ones before others. Compressed in blocks
 * that the page opens one by one: a model's answers, and a task's prompts, which many models share.
 */
import { deflateRawSync } from "node:zlib";
import type { Database } from "better-sqlite3";
import type { Leaderboard } from "./board.js";
import { type BoardSample, byItem, sampleScore } from "./board-samples.js";

/** A sample in a model's block; `text` is its place in the task's block. */
export interface PageSample {
  item: string;
  output: string;
  score: number | null;
  failure: string | null;
  metrics: Record<string, number>;
  text: number;
}

/** Samples by task. */
export type ModelBlock = Record<string, PageSample[]>;
export type TaskBlock = { prompt: string; target: string }[];

/** Of all rows together, where the leaderboard does not say otherwise. */
const mostOnPage = 10_000;
/** A longer text is cut in its middle: a question stands at the end, behind the examples. */
const [longestStart, longestEnd] = [2_000, 4_000];

/** How many samples of a task and model a page with so many of these pairs carries. */
export const samplesPerTask = (pairs: number): number => Math.max(2, Math.min(50, Math.floor(mostOnPage / pairs)));

/** Ids of `count` items; at most half of them for being failed. */
export function chooseItems(samples: readonly BoardSample[], count: number): string[] {
  const chosen = new Set<string>();
  for (const { item_id, failure } of samples) {
    if (chosen.size >= Math.ceil(count / 2)) break;
    if (failure !== null) chosen.add(item_id);
  }
  const wanted = Math.min(count, samples.length);
  for (let i = 0; i < wanted && chosen.size < wanted; i++) {
    chosen.add(samples[Math.floor(((i + 0.5) * samples.length) / wanted)]!.item_id);
  }
  return [...chosen].sort(byItem);
}

export interface ChosenItems {
  run: number;
  task: string;
  items: string[];
}

/** Blocks by their ids in the page, as base64: rows in the order of the board, then tasks. */
export function* sampleBlocks(
  database: Database,
  { rows }: Leaderboard,
  chosen: ReadonlyMap<string, readonly ChosenItems[]>,
): Generator<[id: string, base64: string]> {
  const find = database.prepare(
    "SELECT prompt, target, output, metrics, failure FROM sample WHERE run_id = ? AND task = ? AND item_id = ?",
  );
  const texts = new Map<string, Map<string, number>>();
  for (const [i, { model, tasks }] of rows.entries()) {
    const block: ModelBlock = {};
    for (const { run, task, items } of chosen.get(model) ?? []) {
      const known = texts.get(task) ?? new Map<string, number>();
      texts.set(task, known);
      block[task] = items.map((item): PageSample => {
        const found = find.get(run, task, item) as StoredTexts;
        const key = JSON.stringify([shorten(found.prompt), shorten(found.target)]);
        const text = known.get(key) ?? known.size;
        known.set(key, text);
        const metrics = JSON.parse(found.metrics) as Record<string, number>;
        const score = found.failure === null ? sampleScore({ metrics }, tasks[task]!.metric) : null;
        return { item, output: shorten(found.output), score, failure: found.failure, metrics, text };
      });
    }
    if (Object.keys(block).length > 0) yield [`samples-${i}`, compress(JSON.stringify(block))];
  }
  for (const [task, known] of texts) {
    const entries = [...known.keys()].map((key) => {
      const [prompt, target] = JSON.parse(key) as [string, string];
      return { prompt, target };
    });
    yield [`texts-${task}`, compress(JSON.stringify(entries satisfies TaskBlock))];
  }
}

interface StoredTexts {
  prompt: string;
  target: string;
  output: string;
  metrics: string;
  failure: string | null;
}

const compress = (text: string): string => deflateRawSync(text, { level: 6 }).toString("base64");

function shorten(text: string): string {
  if (text.length <= longestStart + longestEnd) return text;
  const left = text.length - longestStart - longestEnd;
  return `${text.slice(0, longestStart)}\n[… ${left.toLocaleString("en-US")} characters left out …]\n${text.slice(-longestEnd)}`;
}
