/** A training job from start (or checkpoint) to the written model. */
import { CheckpointError, EngineError } from "../../errors.js";
import {
  type Checkpoint,
  copyTensor,
  openCheckpoint,
  type TensorSource,
  writeCheckpoint,
} from "../../model/checkpoint.js";
import type { StepReport, TrainingJob, TrainingOptions, TrainingResult } from "../engine.js";
import { type Backend, openBackend } from "./backend.js";
import { createBlockOrder } from "./block-order.js";
import { openBlocks } from "./block-reader.js";
import { createCheckpointStore, type TrainingState } from "./checkpoint-store.js";
import { trainingFingerprint } from "./fingerprint.js";
import { download } from "./memory.js";
import type { Parameters } from "./parameters.js";
import { peakMemory } from "./peak-memory.js";
import { learningRate } from "./schedule.js";
import { openTrainingSession, type TrainingSession } from "./training-session.js";

/** `isInterrupted` is asked after every step. Throws `LepError`. */
export async function train(
  job: TrainingJob,
  onStep: (report: StepReport) => void,
  isInterrupted: () => boolean,
): Promise<TrainingResult> {
  checkOptions(job);
  const checkpoint = openCheckpoint(job.model);
  try {
    if (job.rows.at(-1)!.end > checkpoint.config.vocab_size) throw tooFewRows(job, checkpoint);
    const blocks = openBlocks(job.data, checkpoint.config.vocab_size);
    try {
      const backend = openBackend(job.compute.device, job.compute.threads);
      const session = await openTrainingSession(backend, checkpoint, { ...job, blockLength: blocks.blockLength });
      const fingerprint = trainingFingerprint(job);
      const store = createCheckpointStore(backend, session.parameters, job.checkpoints, fingerprint);
      const state = store.restore() ?? { step: 0, losses: [], tokens: 0 };
      const save = (): void => {
        if (job.options.checkpoint_every > 0) store.save(state);
      };
      const order = createBlockOrder(blocks.blocks, job.options.blocks_per_step, job.options.seed);
      while (state.step < job.options.steps) {
        const chosen = order(state.step + 1);
        const report = await takeStep(session, job.options, state, chosen, () => chosen.map((i) => blocks.read(i)));
        onStep(report);
        if (isInterrupted()) {
          store.save(state);
          throw new EngineError("engine.interrupted", `training stopped after step ${state.step}`, {
            hint: "Start the same command again: training continues there.",
          });
        }
        if (state.step % job.options.checkpoint_every === 0 && state.step < job.options.steps) save();
      }
      writeTrained(backend, checkpoint, session.parameters, job.output);
      return { steps: state.step, tokens: state.tokens, losses: state.losses, peak_mb: peakMemory() };
    } finally {
      blocks.close();
    }
  } finally {
    checkpoint.close();
  }
}

async function takeStep(
  session: TrainingSession,
  options: TrainingOptions,
  state: TrainingState,
  chosen: number[],
  read: () => ReturnType<ReturnType<typeof openBlocks>["read"]>[],
): Promise<StepReport> {
  const start = performance.now();
  const step = state.step + 1;
  const { loss, tokens } = await session.computeGradients(read());
  const norm = await session.gradientNorm();
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    throw new EngineError(
      "engine.not_finite",
      `step ${step}: the loss is ${loss} and the gradient norm ${norm} (blocks ${chosen.join(", ")})`,
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

/** Trained tensors rounded to the type they were stored in, the others copied byte by byte. */
function writeTrained(backend: Backend, checkpoint: Checkpoint, parameters: Parameters, folder: string): void {
  const trained = new Set(parameters.names);
  const tensors = [...checkpoint.tensors.values()].map((info): TensorSource => {
    if (!trained.has(info.name)) return copyTensor(checkpoint, info.name);
    const size = info.shape.reduce((product, n) => product * n, 1);
    function* pieces(): Iterable<Float32Array> {
      const piece = 4 << 20;
      for (let at = 0; at < size; at += piece) {
        const part = new Float32Array(Math.min(piece, size - at));
        yield download(backend, parameters.values, part, 4 * (parameters.offset(info.name) + at));
      }
    }
    return { name: info.name, shape: info.shape, dtype: info.dtype, pieces };
  });
  writeCheckpoint(folder, checkpoint.config.raw, tensors);
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
