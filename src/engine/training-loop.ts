/** A training job from start (or checkpoint) to the written model, on whatever engine opens the session. */
import { CheckpointError, EngineError } from "../errors.js";
import { type Checkpoint, openCheckpoint } from "../model/checkpoint.js";
import { type CheckpointStore, createCheckpointStore, type TrainingState } from "./checkpoint-store.js";
import type { StepReport, TrainingJob, TrainingOptions, TrainingResult } from "./engine.js";
import { trainingFingerprint } from "./fingerprint.js";
import { parameterLayout } from "./parameter-layout.js";
import { peakMemory } from "./peak-memory.js";
import { learningRate } from "./schedule.js";
import type { OpenSession, TrainingSession } from "./session.js";
import { type DrawnBlock, type OpenedData, openTrainingData } from "./training-data.js";
import { writeTrained } from "./write-trained.js";

/** `isInterrupted` is asked after every step. Throws `LepError`. */
export async function train(
  job: TrainingJob,
  openSession: OpenSession,
  onStep: (report: StepReport) => void,
  isInterrupted: () => boolean,
): Promise<TrainingResult> {
  checkOptions(job);
  const checkpoint = openCheckpoint(job.model);
  try {
    const { config } = checkpoint;
    if (job.rows.at(-1)!.end > config.vocab_size) throw tooFewRows(job, checkpoint);
    const data = openTrainingData(job.data, config.vocab_size, job.options);
    try {
      const layout = parameterLayout(config, job.options, job.rows);
      const session = await openSession({
        ...{ checkpoint, layout, options: job.options, compute: job.compute },
        blockLength: data.blockLength,
      });
      const store = createCheckpointStore(session, job.checkpoints, trainingFingerprint(job));
      const state = store.restore() ?? { step: 0, losses: [], tokens: 0 };
      await takeSteps(job, session, data, { store, state }, onStep, isInterrupted);
      writeTrained(session, checkpoint, job);
      session.close();
      return { steps: state.step, tokens: state.tokens, losses: state.losses, peak_mb: peakMemory() };
    } finally {
      data.close();
    }
  } finally {
    checkpoint.close();
  }
}

async function takeSteps(
  { options }: TrainingJob,
  session: TrainingSession,
  data: OpenedData,
  { store, state }: { store: CheckpointStore; state: TrainingState },
  onStep: (report: StepReport) => void,
  isInterrupted: () => boolean,
): Promise<void> {
  while (state.step < options.steps) {
    onStep(await takeStep(session, options, state, data.blocksOf(state.step + 1)));
    if (isInterrupted()) {
      store.save(state);
      throw new EngineError("engine.interrupted", `training stopped after step ${state.step}`, {
        hint: "Start the same command again: training continues there.",
      });
    }
    const { checkpoint_every: every } = options;
    if (every > 0 && state.step % every === 0 && state.step < options.steps) store.save(state);
  }
}

async function takeStep(
  session: TrainingSession,
  options: TrainingOptions,
  state: TrainingState,
  blocks: DrawnBlock[],
): Promise<StepReport> {
  const start = performance.now();
  const step = state.step + 1;
  const { loss, tokens } = await session.computeGradients(
    blocks.map((block) => block.read()),
    step,
  );
  const norm = await session.gradientNorm();
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    const places = blocks.map(({ place }) => place).join("; ");
    throw new EngineError(
      "engine.not_finite",
      `step ${step}: the loss is ${loss} and the gradient norm ${norm} (${places})`,
      { hint: "Lower the learning rate, clip the gradient (clip_norm: 1) or use f32 precision." },
    );
  }
  const rate = learningRate(step, options);
  await session.update(step, rate, norm);
  state.step = step;
  state.losses.push(loss);
  state.tokens += tokens;
  const seconds = (performance.now() - start) / 1000;
  return { step, steps: options.steps, loss, learning_rate: rate, gradient_norm: norm, tokens, seconds };
}

function tooFewRows(job: TrainingJob, { config }: Checkpoint): CheckpointError {
  return new CheckpointError(
    "checkpoint.rows",
    `${job.model}: row ${job.rows.at(-1)!.end - 1} is to be trained, but the embedding has ${config.vocab_size} rows`,
    { hint: "Initialise the model for this tokenizer first." },
  );
}

/** Options come through a recipe, which is validated; a library user's mistake must not become an endless loop. */
function checkOptions({ rows, options }: TrainingJob): void {
  let end = 0;
  for (const range of rows) {
    if (
      !(Number.isInteger(range.first) && Number.isInteger(range.end) && end <= range.first && range.first < range.end)
    ) {
      throw new EngineError("engine.options", `rows ${range.first} to ${range.end} are no range`, { exitCode: 2 });
    }
    end = range.end;
  }
  const { steps, blocks_per_step, micro_batch } = options;
  for (const [name, value] of Object.entries({ rows: end, steps, blocks_per_step, micro_batch })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new EngineError("engine.options", `${name} is ${value}, not a whole number above 0`, { exitCode: 2 });
  }
}
