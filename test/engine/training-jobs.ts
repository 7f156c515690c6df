/** Jobs of a few steps for the training loop's tests, on a minute model. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { StepReport, TrainingJob, TrainingOptions, TrainingResult } from "../../src/engine/engine.js";
import { neutralOptions } from "../../src/engine/neutral-options.js";
import type { OpenSession } from "../../src/engine/session.js";
import { train } from "../../src/engine/training-loop.js";
import { fakeSession } from "./fake-session.js";
import { randomBlocks, writeBlocks, writeMinuteModel } from "./minute-model.js";

export interface JobChanges extends Partial<Omit<TrainingJob, "options">> {
  options?: Partial<TrainingOptions>;
}

/** Everything in `folder`; what several jobs share is written once, beside it. */
export function createJob(folder: string, { options, ...changes }: JobChanges = {}): TrainingJob {
  const shared = path.dirname(folder);
  mkdirSync(folder, { recursive: true });
  const model = path.join(shared, "model");
  const data = path.join(shared, "data.blocks");
  const held = path.join(shared, "held-out.blocks");
  if (!existsSync(model)) writeMinuteModel(model, { num_hidden_layers: 1 });
  if (!existsSync(data)) writeBlocks(data, randomBlocks(7, 12, 40));
  if (!existsSync(held)) writeBlocks(held, randomBlocks(5, 12, 40, 2));
  return {
    model,
    data: { sets: [{ file: data, weight: 1 }] },
    validation: { file: held, characters: 100 },
    rows: [{ first: 0, end: 50 }],
    compute: { device: "cpu", threads: 1 },
    checkpoints: path.join(folder, "checkpoints"),
    log: path.join(folder, "training.jsonl"),
    output: path.join(folder, "output"),
    ...changes,
    options: {
      ...neutralOptions,
      ...{ steps: 10, blocks_per_step: 2, micro_batch: 2 },
      ...{ learning_rate: 0.05, schedule: "cosine", final_learning_rate_share: 0.1, warmup_steps: 2 },
      ...{ weight_decay: 0.1, clip_norm: 0.5, seed: 3 },
      ...options,
    },
  };
}

export interface Outcome {
  result: TrainingResult;
  reports: StepReport[];
  warnings: string[];
}

export interface Running {
  openSession?: OpenSession;
  onStep?: (report: StepReport) => void;
  isInterrupted?: () => boolean;
}

export async function runTraining(job: TrainingJob, running: Running = {}): Promise<Outcome> {
  const { openSession = fakeSession(), onStep = () => {}, isInterrupted = () => false } = running;
  const reports: StepReport[] = [];
  const warnings: string[] = [];
  const events = {
    onStep(report: StepReport) {
      reports.push(report);
      onStep(report);
    },
    onWarning: (text: string) => void warnings.push(text),
  };
  const result = await train(job, openSession, events, isInterrupted);
  return { result, reports, warnings };
}

/** What a training leaves that must not depend on kills: the log, and every file of the model. */
export function leftBy(job: TrainingJob): Record<string, string> {
  const files = readdirSync(job.output).map((name) => path.join(job.output, name));
  return Object.fromEntries([job.log!, ...files].map((file) => [path.basename(file), readFileSync(file, "latin1")]));
}

export const logLines = (job: TrainingJob): Record<string, unknown>[] =>
  readFileSync(job.log!, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
