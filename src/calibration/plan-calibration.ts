/** What calibration will take: the instruct model's answers, and a tuning of each model on them. */
import { trainingOptions } from "../engine/training-schema.js";
import { CorpusError } from "../errors.js";
import { answersMemory, planAnswers } from "../inference/plan-answers.js";
import { exactContext } from "../model/gguf/exact-context.js";
import { secondsForFiles } from "../plan/machine.js";
import { type ModelFacts, modelBytes, withRows } from "../plan/model-facts.js";
import { type AdaptedVocabulary, type Cutting, cuttingOf, type PlanTools } from "../plan/plan-tools.js";
import { planTraining, stepNote } from "../plan/plan-training.js";
import { type Count, larger, type StagePlan } from "../plan/stage-plan.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { countForShare } from "./mix.js";
import { type NamedSource, namedSources } from "./named-sources.js";
import type { CalibrationOptions } from "./options.js";

export interface CalibrationPlanJob {
  options: CalibrationOptions;
  instruct: ModelFacts;
  /** Of the instruct model; null where it is not here. */
  original: Tokenizer | null;
  vocabulary: AdaptedVocabulary;
  seed: number;
}

/** Tokens around a message that the chat template writes. */
const templateTokens = 12;
/** Of a block that conversations, which are never cut, leave empty. */
const padding = 0.05;

/** Throws `CorpusError` where prompts or conversations cannot be read. */
export async function planCalibration(job: CalibrationPlanJob, { machine, measure }: PlanTools): Promise<StagePlan> {
  const { options, instruct, original, vocabulary, seed } = job;
  const { config: teacher } = instruct;
  if (teacher === null || vocabulary.size === null) {
    const note = "not known before the models and the vocabulary are there";
    return { steps: null, work: [], memory: null, disk: null, notes: [note], warnings: [] };
  }
  const notes: string[] = [];
  const sources = namedSources(options);
  const prompts = await readable(sources.filter(({ definition }) => definition.asksTeacher));
  const given = await readable(sources.filter(({ definition }) => !definition.asksTeacher));
  const known = prompts !== null && given !== null;
  if (!known) notes.push("prompts or conversations are not there, so that their number is not known");
  const { count, characters, sample } = prompts ?? nothing;
  const asked = await cuttingOf({ tokenizer: original, isNew: true }, sample);
  const promptTokens = characters / asked.charactersPerToken + templateTokens * count;
  const answers = await planAnswers(
    {
      what: "answering",
      config: teacher,
      type: options.teacher_type,
      prompts: prompts && { value: Math.round(promptTokens), certainty: asked.certainty },
      answers: prompts && { value: count * options.max_answer_tokens, certainty: "at_most" },
      parallel: Math.min(options.parallel, Math.max(1, count)),
      context: Math.min(
        exactContext(teacher),
        options.max_answer_tokens + Math.ceil(promptTokens / Math.max(1, count)),
      ),
    },
    machine,
  );
  const rows = vocabulary.size.value;
  const config = withRows(teacher, rows);
  const read = [...sample, ...(given?.sample ?? [])];
  const learning = await cuttingOf(vocabulary, (await textsOf(job, measure)) ?? read);
  const positions = known ? trainedPositions(options, { prompts, given, answering: asked, learning }) : null;
  const blocks = positions === null ? 0 : Math.ceil((positions * (1 + padding)) / options.block_size);
  const training = trainingOptions(options, blocks, seed);
  const steps: Count | null =
    options.steps !== undefined
      ? { value: options.steps, certainty: "exact" }
      : positions === null
        ? null
        : { value: training.steps, certainty: "at_most" };
  const cost = await planTraining(
    {
      ...{ what: "tuning", config, rows: [{ first: 0, end: rows }], blockLength: options.block_size, steps },
      options: { ...training, steps: steps?.value ?? 1 },
      evaluationLength: options.evaluate_every > 0 ? options.block_size : undefined,
    },
    machine,
  );
  if (steps === null) notes.push(stepNote("tuning", cost, options.blocks_per_step * options.block_size));
  const isAsked = prompts === null || count > 0;
  if (count > 0) notes.push(`answers: as if each of ${count} had ${options.max_answer_tokens} tokens`);
  const tunings = 1 + options.controls.length;
  const bytes = modelBytes(instruct, config, rows);
  const times = (value: number | null): number | null => value && tunings * value;
  const tuning = cost.work;
  const gguf = isAsked ? answers.gguf : 0;
  return {
    steps: steps && { ...steps, value: tunings * steps.value },
    work: [
      ...(isAsked ? [answers.work] : []),
      {
        ...{ what: tunings === 1 ? "tuning" : `${tunings} tunings`, flops: times(tuning.flops) },
        tokens: tuning.tokens && { ...tuning.tokens, value: tunings * tuning.tokens.value },
        seconds: times(tuning.seconds),
      },
      { what: "writing models", tokens: null, flops: 0, seconds: secondsForFiles(gguf + 2 * tunings * bytes) },
    ],
    memory: isAsked ? larger(cost.memory, answersMemory("answering", answers.bytes, machine.free)) : cost.memory,
    disk: {
      kept: tunings * bytes,
      meanwhile: gguf + cost.checkpoints + (options.controls.includes("initialised") ? bytes : 0),
    },
    notes,
    warnings: [],
  };
}

/** What sources hold. */
interface SourceTexts {
  count: number;
  characters: number;
  /** The first of their conversations. */
  sample: string[];
}

const nothing: SourceTexts = { count: 0, characters: 0, sample: [] };
const sampled = 1000;

/** Null where files are not there. */
async function readable(sources: readonly NamedSource[]): Promise<SourceTexts | null> {
  const read: SourceTexts = { count: 0, characters: 0, sample: [] };
  try {
    for (const { definition, files } of sources) {
      for await (const { messages } of definition.read(files)) {
        const text = messages.map(({ content }) => content).join("\n");
        read.count++;
        read.characters += text.length;
        if (read.count <= sampled) read.sample.push(text);
      }
    }
    return read;
  } catch (error) {
    if (error instanceof CorpusError && error.code === "corpus.not_found") return null;
    throw error;
  }
}

/** Text of the kind that is learned, for characters a token: what is copied, where there is any. */
async function textsOf({ options }: CalibrationPlanJob, measure: PlanTools["measure"]): Promise<string[] | null> {
  const corpus = options.copy_task?.corpus ?? options.plain_text?.corpus;
  const measured = corpus === undefined ? null : await measure(corpus);
  return measured !== null && measured.texts.length > 0 ? measured.texts : null;
}

interface Conversations {
  /** To be answered. */
  prompts: SourceTexts;
  /** With their answers. */
  given: SourceTexts;
  answering: Cutting;
  learning: Cutting;
}

/** Positions of answers, copies and plain text in their shares, in the new vocabulary. */
function trainedPositions(
  { max_answer_tokens, copy_task, plain_text }: CalibrationOptions,
  { prompts, given, answering, learning }: Conversations,
): number {
  const count = prompts.count + given.count;
  const answers = prompts.count * max_answer_tokens * answering.charactersPerToken;
  const characters = prompts.characters + answers + given.characters;
  let positions = characters / learning.charactersPerToken + 2 * templateTokens * count;
  if (copy_task !== null) {
    const copies = countForShare(count, copy_task.share);
    // The text stands in the question and in the answer.
    const ofOne = (copy_task.min_characters + copy_task.max_characters) / learning.charactersPerToken;
    positions += copies * (ofOne + 2 * templateTokens);
  }
  return plain_text === null ? positions : positions / (1 - plain_text.share);
}
