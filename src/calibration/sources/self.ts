/**
 * Self-calibration (arXiv 2412.21140, table 4): the original instruct model answers the prompts with
 * its own tokenizer and chat template, greedily; the propagated model then learns these answers in the
 * new vocabulary. No foreign data. Answers are kept as text in `answers.jsonl` of the work folder, appended
 * by whole batches, so that a killed run continues and ends with the same bytes.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readPrompts } from "../../corpus/prompts.js";
import { withLanguageModel } from "../../inference/with-language-model.js";
import { readModelConfig } from "../../model/config.js";
import { exactContext } from "../../model/gguf/exact-context.js";
import { exportGguf } from "../../model/gguf/export-gguf.js";
import type { Progress } from "../../progress.js";
import { encodeChat } from "../../tokenizer/chat-template.js";
import { loadTokenizer } from "../../tokenizer/load-tokenizer.js";
import type { ChatMessage } from "../../tokenizer/tokenizer.js";
import { writing } from "../../write-fault.js";
import type { Stopped } from "../filters/conversation-filter.js";
import type { CalibrationSource, Candidate, SourceJob } from "./registry.js";

/** A line of `answers.jsonl`. */
interface Answer {
  messages: ChatMessage[];
  answer: string;
  stopped: Stopped;
}

/** Rounds that every parallel place goes through before the answers are kept. */
const roundsInBatch = 8;

export const self: CalibrationSource = {
  files: "prompts",
  shipped: "data/prompts/ru.jsonl",
  asksTeacher: true,
  async *read(files) {
    yield* await readPrompts(files);
  },
  conversations: selfAnswers,
};

async function* selfAnswers(job: SourceJob, progress?: Progress, signal?: AbortSignal): AsyncGenerator<Candidate> {
  const { files, options, work } = job;
  const prompts = (await readPrompts(files)).map(({ messages }) => messages);
  const file = path.join(work, "answers.jsonl");
  const batchSize = options.parallel * roundsInBatch;
  const answers = keptAnswers(file, batchSize, prompts.length);
  if (answers.length < prompts.length) {
    const keep = (batch: Answer[]): void => {
      writing(file, () => appendFileSync(file, batch.map((answer) => `${JSON.stringify(answer)}\n`).join("")));
      answers.push(...batch);
    };
    await generateAnswers({ job, prompts, done: answers.length, batchSize, keep }, progress, signal);
  }
  for (const { messages, answer, stopped } of answers) {
    yield { messages: [...messages, { role: "assistant", content: answer }], stopped };
  }
}

/** The answers of whole batches; what a kill left of a batch behind them is cut off. */
function keptAnswers(file: string, batchSize: number, prompts: number): Answer[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  const partial = lines.pop();
  const whole = lines.length === prompts ? prompts : lines.length - (lines.length % batchSize);
  if (partial !== "" || whole !== lines.length) {
    lines.length = whole;
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  }
  return lines.map((line) => JSON.parse(line) as Answer);
}

interface Generation {
  job: SourceJob;
  prompts: ChatMessage[][];
  /** How many of the first prompts have answers from before. */
  done: number;
  batchSize: number;
  keep: (batch: Answer[]) => void;
}

async function generateAnswers(
  { job, prompts, done, batchSize, keep }: Generation,
  progress: Progress | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { options, compute, shared } = job;
  const teacher = job.teacher!;
  const gguf = path.join(shared, "teacher.gguf");
  if (!existsSync(gguf)) {
    await exportGguf({ model: teacher, out: gguf, type: options.teacher_type }, progress, signal);
  }
  const tokenizer = await loadTokenizer(teacher);
  const config = readModelConfig(teacher);
  const stopIds = [...new Set([...tokenizer.eosIds, ...config.eos_token_ids])];
  const encoded: number[][] = [];
  for (const messages of prompts) {
    encoded.push((await encodeChat(tokenizer, messages, { addGenerationPrompt: true })).ids);
  }
  const longest = encoded.reduce((most, ids) => Math.max(most, ids.length), 0);
  const contextLength = Math.min(exactContext(config), longest + options.max_answer_tokens);
  const modelOptions = { ...compute, parallel: options.parallel, contextLength, tokens: tokenizer.size };
  await withLanguageModel(gguf, modelOptions, { signal, activity: "the instruct model answers" }, async (model) => {
    for (let first = done; first < prompts.length; first += batchSize) {
      signal?.throwIfAborted();
      const indices = Array.from({ length: Math.min(batchSize, prompts.length - first) }, (_, i) => first + i);
      const room = (index: number): number =>
        Math.min(options.max_answer_tokens, model.contextLength - encoded[index]!.length);
      const asked = indices.filter((index) => room(index) > 0);
      const results = await model.generate(
        asked.map((index) => ({ prompt: encoded[index]!, maxTokens: room(index), stopIds })),
      );
      const batch: Answer[] = [];
      for (const index of indices) {
        const messages = prompts[index]!;
        const result = results[asked.indexOf(index)];
        if (result === undefined) {
          batch.push({ messages, answer: "", stopped: "prompt_too_long" });
          continue;
        }
        const answer = (await tokenizer.decode(result.tokens, true)).trim();
        batch.push({ messages, answer, stopped: result.stopped });
      }
      progress?.({ task: "answering prompts", done: first + batch.length, total: prompts.length, unit: "prompts" });
      keep(batch);
    }
  });
}
