/** Models of 1 and 8 billion parameters on a GPU: tokens a second, share of what the device can do, and PyTorch in bf16 beside it. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parameterLayout } from "../../src/engine/parameter-layout.js";
import { trainingFlops } from "../../src/engine/training-flops.js";
import { parseModelConfig } from "../../src/model/config.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { alternate, compare, type Run, type Side } from "./alternate.js";
import type { GpuDevice, GpuJob } from "./gpu-steps.js";
import { optionsOf, rowsOf } from "./ours.js";
import { missingPeer, type Peer } from "./peer.js";
import { describeShape, llama, llama3, type TrainingShape } from "./shapes.js";
import type { Workplace } from "./workplace.js";

const script = fileURLToPath(new URL("gpu-steps.js", import.meta.url));
/** Reading 16 GB of weights takes longer than many steps. */
const most = { runs: 2 };
const steps = 8;
/** Of PyTorch's time. */
const limit = 1;

const rest = { dtype: "BF16", blocks: 1, length: 4096, options: { precision: "bf16" } } as const;
const small = { width: 2048, inner: 8192, layers: 16, heads: 32, groups: 8, vocabulary: 128_256, longest: 8192 };
const shapes: TrainingShape[] = [
  { model: "1B", config: llama(small), ...rest },
  { model: "8B", config: llama3(32), ...rest },
];

export async function gpu(work: Workplace): Promise<BenchmarkEntry[]> {
  let device: GpuDevice;
  try {
    device = await ask<GpuDevice>([]);
  } catch (cause) {
    const note = `no CUDA device: ${faultIn(cause as Error)}`;
    return shapes.map(({ model }) => entry({ name: `GPU, ${model}, step`, limit, note }));
  }
  const entries: BenchmarkEntry[] = [];
  for (const shape of shapes) entries.push(...(await measure(work, device, shape)));
  return entries;
}

async function measure(work: Workplace, device: GpuDevice, shape: TrainingShape): Promise<BenchmarkEntry[]> {
  const peer = await work.peer();
  const runs = Math.min(work.runs, most.runs);
  const job: GpuJob = {
    model: work.model(shape),
    data: work.tokens(shape.config, shape.blocks, shape.length),
    options: optionsOf(shape, { steps: steps + 1 }),
  };
  const ours = async (): Promise<Run> => {
    const { seconds, peak_mb } = await ask<Run>([JSON.stringify(job)]);
    return { seconds: seconds.slice(1), peak_mb };
  };
  const sides: Record<string, Side> = { ours: { name: `lep, ${device.name}`, run: ours } };
  if (peer?.cuda) sides.peer = { name: peer.name, run: () => peer.run(shape, steps, { threads: 1, device: "cuda" }) };
  const outcomes = await alternate(sides, runs);
  const note = [
    `${device.name}, ${describeShape(shape)}; bf16, random weights, ${steps} timed steps a run, ${runs} runs`,
    whichPeer(peer),
  ].join("; ");
  const name = `GPU, ${shape.model}`;
  const step = compare(outcomes.ours!, outcomes.peer ?? null, {
    ...{ name: `${name}, step`, limit, note, unit: "tokens a second" },
    peer: peer?.cuda ? peer.name : null,
  });
  const tokens = shape.blocks * shape.length;
  const config = parseModelConfig(shape.config, "config.json");
  const layout = parameterLayout(config, job.options, rowsOf(shape));
  const flops = trainingFlops(config, layout, job.options, { blocks: shape.blocks, blockLength: shape.length });
  const of = (rate: (seconds: number) => number): number | null => (step.ours_s === null ? null : rate(step.ours_s));
  return [
    { ...step, value: of((seconds) => tokens / seconds) },
    entry({
      ...{ name: `${name}, share of the bf16 peak`, ours_s: step.ours_s, runs, unit: "share" },
      value: of((seconds) => flops / seconds / device.peak_flops),
      note: `${(flops / 1e12).toFixed(1)} TFLOP a step, a large product reaches ${(device.peak_flops / 1e12).toFixed(0)} TFLOP/s; ${note}`,
    }),
  ];
}

function whichPeer(peer: Peer | null): string {
  if (peer === null) return missingPeer;
  return peer.cuda
    ? "PyTorch: bf16 products, trained rows in f32, fused AdamW, not compiled"
    : "PyTorch has no CUDA here";
}

async function ask<Answer>(args: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script, ...args]);
  return JSON.parse(stdout) as Answer;
}

/** The message of an uncaught error stands above its stack. */
const faultIn = ({ message }: Error): string => /^(?:[A-Z]\w*)?Error: (.*)$/m.exec(message)?.[1] ?? message;
