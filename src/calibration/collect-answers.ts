import path from "node:path";
import { findCorpusFiles } from "../corpus/corpus-files.js";
import type { ComputeOptions } from "../engine/engine.js";
import { contentHashes, openWorkFolder } from "../engine/work-folder.js";
import type { Progress } from "../progress.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { type JudgedConversations, judgeConversations } from "./judge-conversations.js";
import { namedSources } from "./named-sources.js";
import type { TuningOptions } from "./options.js";

export interface CollectJob {
  /** Folder of the original instruct model; needed where a source asks it. */
  teacher: string | undefined;
  /** Counts the tokens of answers: the teacher's, or where there is none that of the model which is to learn them. */
  tokenizer: Tokenizer;
  options: TuningOptions;
  seed: number;
  compute: ComputeOptions;
  /** Where a killed job finds its answers again, one with other filters too. */
  work: string;
}

export interface CollectedAnswers extends JudgedConversations {
  /** What they come from, but for options and seed. */
  origin: unknown;
}

/**
 * The conversations that a model, or several, is to learn from: asked of the sources and judged. Throws `RecipeError` (no teacher),
 * `CorpusError`, and `EngineError` where the teacher cannot answer.
 */
export async function collectAnswers(
  { teacher, tokenizer, options, seed, compute, work }: CollectJob,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<CollectedAnswers> {
  const sources = namedSources(options);
  const { max_answer_tokens, parallel, teacher_type } = options;
  const teacherHashes = teacher === undefined ? null : contentHashes(teacher);
  openWorkFolder(work, ["teacher", teacherHashes, teacher_type], progress);
  const origins: unknown[] = [];
  const asked = [];
  for (const one of sources) {
    const hashes = (await findCorpusFiles(one.files)).map((file) => contentHashes(file.path));
    origins.push([one.name, one.source, one.weight ?? null, hashes]);
    const folder = path.join(work, one.name);
    if (one.definition.asksTeacher) {
      openWorkFolder(folder, ["answers", hashes, one.source, max_answer_tokens, parallel], progress);
    }
    const job = { files: one.files, teacher, options, compute, work: folder, shared: work };
    asked.push({ ...one, candidates: one.definition.conversations(job, progress, signal) });
  }
  const judging = { sources: asked, filters: options.filters, tokenizer, seed: seed + 5, work };
  return { ...(await judgeConversations(judging, progress)), origin: [teacherHashes, origins] };
}
