/** A training job from start (or checkpoint) to the written model, on whatever engine opens the session. */
import { setImmediate as eventLoop } from "node:timers/promises";
import { CheckpointError, EngineError } from "../errors.js";
import { type Checkpoint, openCheckpoint } from "../model/checkpoint.js";
import { checkJob } from "./check-job.js";
import { type CheckpointStore, createCheckpointStore } from "./checkpoint-store.js";
import type { StepRecord, StepReport, TrainingJob, TrainingResult } from "./engine.js";
import { trainingFingerprint } from "./fingerprint.js";
import { parameterLayout } from "./parameter-layout.js";
import { peakMemory } from "./peak-memory.js";
import type { OpenSession, TrainingSession } from "./session.js";
import { type OpenedData, openTrainingData } from "./training-data.js";
import { trainingFlops } from "./training-flops.js";
import { openTrainingLog, type TrainingLog } from "./training-log.js";
import { bestStep, updatesIn, validationIsDue } from "./training-state.js";
import { describeSpike, describeSpikes, takeStep } from "./training-step.js";
import { type OpenedValidation, openValidation } from "./validation.js";
import { writeTrained } from "./write-trained.js";

export interface TrainingEvents {
  onStep(report: StepReport): void;
  /** A sentence that the user should read. */
  onWarning(text: string): void;
}

/** `isInterrupted` is asked after every step and between the micro-batches of a validation. Throws `LepError`. */
export async function train(
  job: TrainingJob,
  openSession: OpenSession,
  events: TrainingEvents,
  isInterrupted: () => boolean,
): Promise<TrainingResult> {
  checkJob(job);
  const checkpoint = openCheckpoint(job.model);
  const opened: { close(): void }[] = [checkpoint];
  try {
    const { config } = checkpoint;
    if (job.rows.at(-1)!.end > config.vocab_size) throw tooFewRows(job, checkpoint);
    const data = openTrainingData(job.data, config.vocab_size, job.options);
    opened.push(data);
    const validation = openValidation(job, config.vocab_size);
    if (validation !== null) opened.push(validation);
    const layout = parameterLayout(config, job.options, job.rows);
    const { blockLength } = data;
    const session = await openSession({
      ...{ checkpoint, layout, options: job.options, compute: job.compute, blockLength },
      evaluationLength: validation?.blockLength,
    });
    const refused: string[] = [];
    const store = createCheckpointStore({
      session,
      folder: job.checkpoints,
      fingerprint: trainingFingerprint(job),
      keepsBest: job.options.keep === "best",
      onRefused(text) {
        refused.push(text);
        events.onWarning(text);
      },
    });
    const records = store.restore();
    const flops = trainingFlops(config, layout, job.options, { blocks: job.options.blocks_per_step, blockLength });
    const peak = (await session.peakFlops?.()) ?? null;
    const speed = { flops, peak };
    await takeSteps({ job, session, data, validation, store, records, speed, events, isInterrupted });
    const kept_step = job.options.keep === "best" ? bestStep(records)! : records.length;
    if (kept_step !== records.length) store.loadBest(kept_step);
    writeTrained(session, checkpoint, job);
    session.close();
    return { ...summaryOf(records, kept_step), warnings: [...refused, ...describeSpikes(records)] };
  } finally {
    for (const { close } of opened.reverse()) close();
  }
}

interface Running {
  job: TrainingJob;
  session: TrainingSession;
  data: OpenedData;
  validation: OpenedValidation | null;
  store: CheckpointStore;
  /** The steps done; grows. */
  records: StepRecord[];
  /** Floating-point operations of a step, and in a second at best where that is known: measured before, or seen since. */
  speed: { flops: number; peak: number | null };
  events: TrainingEvents;
  isInterrupted: () => boolean;
}

/** Left to itself, V8 lets a few kilobytes a step lie until there are eight megabytes, thousands of steps later. */
const stepsOfGarbage = 250;

async function takeSteps(running: Running): Promise<void> {
  const { job, session, data, validation, store, records, events, isInterrupted } = running;
  const { options } = job;
  // A training that was interrupted in a validation continues with that validation.
  const complete = validationIsDue(records, options) ? records.slice(0, -1) : records;
  const log: TrainingLog | null = job.log === undefined ? null : openTrainingLog(job.log, complete);
  let updates = updatesIn(records);
  const stop = (): never => {
    store.save(records);
    throw new EngineError("engine.interrupted", `training stopped after step ${records.length}`, {
      hint: "Start the same command again: training continues there.",
    });
  };
  while (records.length < options.steps || validationIsDue(records, options)) {
    let seconds = 0;
    if (!validationIsDue(records, options)) {
      const start = performance.now();
      const blocks = data.blocksOf(records.length + 1);
      const record = await takeStep(session, options, { records, updates, blocks, newest: store.newest });
      seconds = (performance.now() - start) / 1000;
      records.push(record);
      if (!record.spike?.skipped) updates++;
      if (record.spike !== undefined) events.onWarning(describeSpike(record));
    }
    const last = records.at(-1)!;
    if (validation !== null && validationIsDue(records, options)) {
      const measured = await validation.measure(session, last.step, isInterrupted);
      if (measured === null) return stop();
      last.validation = measured;
      if (options.keep === "best" && bestStep(records) === last.step) store.saveBest(last.step);
    }
    log?.add(last);
    events.onStep({ ...last, steps: options.steps, seconds, ...speedOf(last, seconds, running.speed) });
    // An engine that never waits for its device would otherwise not let the interruption's message in.
    await eventLoop();
    if (isInterrupted()) stop();
    const { checkpoint_every: every } = options;
    if (every > 0 && last.step % every === 0 && last.step < options.steps) store.save(records);
    if (last.step % stepsOfGarbage === 0) globalThis.gc?.();
  }
}

function speedOf(
  { tokens }: StepRecord,
  seconds: number,
  speed: Running["speed"],
): Pick<StepReport, "tokens_per_second" | "share_of_peak"> {
  if (seconds === 0) return { tokens_per_second: null, share_of_peak: null };
  const rate = speed.flops / seconds;
  // Measured while something else had the device, the peak may have come out too low.
  if (speed.peak !== null) speed.peak = Math.max(speed.peak, rate);
  return { tokens_per_second: tokens / seconds, share_of_peak: speed.peak === null ? null : rate / speed.peak };
}

function summaryOf(records: readonly StepRecord[], kept_step: number): Omit<TrainingResult, "warnings"> {
  return {
    steps: records.length,
    tokens: records.reduce((sum, { tokens }) => sum + tokens, 0),
    losses: records.map(({ loss }) => loss),
    kept_step,
    validation: records[kept_step - 1]?.validation ?? null,
    peak_mb: peakMemory(),
  };
}

function tooFewRows(job: TrainingJob, { config }: Checkpoint): CheckpointError {
  return new CheckpointError(
    "checkpoint.rows",
    `${job.model}: row ${job.rows.at(-1)!.end - 1} is to be trained, but the embedding has ${config.vocab_size} rows`,
    { hint: "Initialise the model for this tokenizer first." },
  );
}
