/**
 * Our side on a GPU, in a process of its own: steps without a start from the stages and without writing the model, which for 16 GB
 * of weights would take longer than what is measured. Prints JSON.
 *
 * node gpu-steps.js                opens the device: {"name", "peak_flops"}
 * node gpu-steps.js JOB            takes steps: {"seconds": [each step], "peak_mb"}
 */
import type { TrainingOptions } from "../../src/engine/engine.js";
import { openBackend } from "../../src/engine/ggml/backend.js";
import { measurePeakFlops } from "../../src/engine/ggml/peak-flops.js";
import { openGgmlSession } from "../../src/engine/ggml/session.js";
import { parameterLayout } from "../../src/engine/parameter-layout.js";
import { openTrainingData } from "../../src/engine/training-data.js";
import { openCheckpoint } from "../../src/model/checkpoint.js";

export interface GpuJob {
  model: string;
  /** Training set. */
  data: string;
  options: TrainingOptions;
}

export interface GpuDevice {
  name: string;
  /** Of a large product in bf16. */
  peak_flops: number;
}

const device = "cuda";
const backend = openBackend(device, 1);
const answer =
  process.argv[2] === undefined
    ? ({ name: backend.name, peak_flops: await measurePeakFlops(backend, "bf16") } satisfies GpuDevice)
    : await takeSteps(JSON.parse(process.argv[2]) as GpuJob);
process.stdout.write(`${JSON.stringify(answer)}\n`);
// What the libraries hold on the device goes with the process.
process.exit(0);

async function takeSteps({ model, data: file, options }: GpuJob) {
  const free = backend.freeMemory();
  const checkpoint = openCheckpoint(model);
  const { config } = checkpoint;
  const data = openTrainingData({ sets: [{ file, weight: 1 }] }, config.vocab_size, options);
  const layout = parameterLayout(config, options, [{ first: 0, end: config.vocab_size }]);
  const compute = { device, threads: 1 } as const;
  const session = await openGgmlSession({ checkpoint, layout, options, compute, blockLength: data.blockLength });
  const seconds: number[] = [];
  for (let step = 1; step <= options.steps; step++) {
    const start = performance.now();
    await session.computeGradients(
      data.blocksOf(step).map((block) => block.read()),
      step,
    );
    const norm = await session.gradientNorm();
    await session.update(step, options.learning_rate, norm);
    seconds.push((performance.now() - start) / 1000);
  }
  return { seconds, peak_mb: (free - backend.freeMemory()) / 2 ** 20 };
}
