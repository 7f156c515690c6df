/** What scoring will take: prompts and answers of every model on every task, and bits per character. */
import { BenchmarkError } from "../errors.js";
import { answersMemory, planAnswers } from "../inference/plan-answers.js";
import type { ModelConfig } from "../model/config.js";
import { forwardFlops } from "../plan/forward-flops.js";
import type { AdaptedVocabulary, PlanTools } from "../plan/plan-tools.js";
import { cuttingOf } from "../plan/plan-tools.js";
import { type Count, larger, type PlannedMemory, type StagePlan, type Work } from "../plan/stage-plan.js";
import type { Prompt } from "./item-form.js";
import { readDataset } from "./items.js";
import { type TaskName, tasks as taskRegistry } from "./registry.js";
import type { Task } from "./task.js";

export interface PlannedModel {
  name: string;
  /** Null where its shape is not known. */
  config: ModelConfig | null;
  vocabulary: Pick<AdaptedVocabulary, "tokenizer" | "isNew">;
  /** It answers the tasks. */
  scored: boolean;
  /** Its bits per character are measured here; another stage has measured those of the others. */
  measured: boolean;
  type: "f32" | "f16" | "bf16";
}

export interface BenchmarkPlanJob {
  models: readonly PlannedModel[];
  tasks: readonly TaskName[];
  data: string | undefined;
  prompts?: Partial<Record<TaskName, Prompt>> | undefined;
  few_shot: number;
  limit: number | undefined;
  /** Characters of the windows of bits per character; 0 where nothing is measured. */
  windows: number;
  /** Text of the kind that is measured. */
  texts: readonly string[];
}

/** Side by side, and the longest context, as the benchmark opens a model. */
const parallel = 8;
const longestContext = 4096;
const templateTokens = 12;
/** Bytes of a sample in the database, beside its texts. */
const sampleBytes = 1000;

/** Throws `BenchmarkError` where a data set is there and cannot be read. */
export async function planBenchmark(job: BenchmarkPlanJob, { machine }: PlanTools): Promise<StagePlan> {
  const { models, tasks, windows, texts } = job;
  const questions = await countQuestions(job);
  const notes: string[] = [];
  if (questions === null) notes.push("data sets are not there, so that the number of items is not known");
  const work: Work[] = [];
  let memory: PlannedMemory | null = null;
  let gguf = 0;
  for (const { name, config, vocabulary, scored, measured, type } of models) {
    if (config === null) {
      work.push({ what: name, tokens: null, flops: null, seconds: null });
      continue;
    }
    if (measured && windows > 0) {
      const { charactersPerToken } = await cuttingOf(vocabulary, texts);
      const tokens: Count = { value: Math.ceil(windows / charactersPerToken), certainty: "estimate" };
      const flops = forwardFlops(config, tokens.value, 256);
      const seconds = await machine.computing(flops, { config, precision: "bf16", tokens: 256 });
      work.push({ what: `bits per character of ${name}`, tokens, flops, seconds });
    }
    if (!scored || tasks.length === 0) continue;
    const { charactersPerToken } = await cuttingOf(vocabulary, questions?.texts ?? []);
    const asked = questions && questions.characters / charactersPerToken + templateTokens * questions.count;
    const cost = await planAnswers(
      {
        ...{ what: name, config, type, parallel, context: Math.min(longestContext, config.max_position_embeddings) },
        prompts: asked === null ? null : { value: Math.round(asked), certainty: "estimate" },
        answers: questions && { value: questions.mostAnswerTokens, certainty: "at_most" },
      },
      machine,
    );
    work.push(cost.work);
    gguf = Math.max(gguf, cost.gguf);
    memory = larger(memory, answersMemory(`answers of ${name}`, cost.bytes, machine.free));
  }
  const samples = models.filter(({ scored }) => scored).length * (questions?.count ?? 0);
  const kept =
    samples * (sampleBytes + (questions === null ? 0 : (2 * questions.characters) / Math.max(1, questions.count)));
  return { work, memory, disk: { kept, meanwhile: gguf }, notes, warnings: [] };
}

interface Questions {
  count: number;
  /** Of all prompts, examples included. */
  characters: number;
  mostAnswerTokens: number;
  /** Some of them. */
  texts: string[];
}

/** Null where data is missing. */
async function countQuestions({ tasks, data, prompts, few_shot, limit }: BenchmarkPlanJob): Promise<Questions | null> {
  const all: Questions = { count: 0, characters: 0, mostAnswerTokens: 0, texts: [] };
  if (data === undefined) return tasks.length === 0 ? all : null;
  for (const name of tasks) {
    const task: Task = taskRegistry[name];
    const dataset = await readable(data, { ...task, replacement: prompts?.[name] });
    if (dataset === null) return null;
    const items = dataset.test.slice(0, limit);
    for (const item of items) {
      for (const question of task.questions(item)) {
        const text = question.messages.map(({ content }) => content).join("\n");
        all.count++;
        all.characters += text.length * (1 + Math.min(few_shot, dataset.prompt.length));
        if (question.ask === "generate") all.mostAnswerTokens += question.maxTokens;
        if (all.texts.length < 100) all.texts.push(text);
      }
    }
  }
  return all;
}

async function readable(data: string, task: Task) {
  try {
    return await readDataset(data, task.dataset, task);
  } catch (error) {
    if (error instanceof BenchmarkError && error.code === "benchmark.no_data") return null;
    throw error;
  }
}
