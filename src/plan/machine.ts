/**
 * What a plan is made for: the device of this machine, measured for a moment, or a GPU of the table. Turns operations and
 * bytes into seconds.
 */
import type { ComputeOptions, EnginePlanning, MemoryJob, MemoryNeed, Precision } from "../engine/engine.js";
import { getEngine } from "../engine/registry.js";
import { EngineError } from "../errors.js";
import type { ModelConfig } from "../model/config.js";
import { type Gpu, gpuNamedIn } from "./gpus.js";

/** Of a product of the model's own width, as it was measured: what a training step reaches beside norms, softmax and AdamW. */
const shareOfProduct = 0.7;
/** Of a GPU's published peak; assumed, since large trainings report 0.3 to 0.5. */
const shareOfPeak = 0.3;
/** Of the memory's bandwidth, where every token reads all weights; assumed. */
const shareOfBandwidth = 0.5;
/** Bytes a second from and to files; assumed. */
const fileRate = 0.5e9;

export interface Machine {
  /** For people. */
  name: string;
  /** Where the speeds come from. */
  basis: string;
  /** Bytes that the device has free; null where that is not known. */
  free: number | null;
  /** Why there is no device to plan for. */
  missing: string | null;
  /** Seconds for products of a model; null where the device's speed is not known. */
  computing(flops: number | null, model: ModelShape): Promise<number | null>;
  /** Seconds to read so many bytes of memory; null as above. */
  reading(bytes: number | null): Promise<number | null>;
  /** Null where the engine cannot tell, or there is no device. */
  memory(job: Omit<MemoryJob, "compute" | "gpu_bytes">): Promise<MemoryNeed | null>;
}

/** Products of this width, with so many positions at once. */
export interface ModelShape {
  config: ModelConfig;
  precision: Precision;
  tokens: number;
}

export const secondsForFiles = (bytes: number): number => bytes / fileRate;
export const fileRateNote = `files are read and written at an assumed ${fileRate / 1e9} GB/s`;

/** `first`: a model of the run, which the device's name and speed are measured with; null where no model is known. */
export async function openMachine(
  compute: ComputeOptions,
  gpu: Gpu | undefined,
  first: ModelShape | null,
): Promise<Machine> {
  const engine = getEngine(compute.engine);
  if (gpu !== undefined) {
    const seconds = (amount: number | null, rate: number): number | null => (amount === null ? null : amount / rate);
    return {
      name: `${gpu.name}, ${Math.round(gpu.memory / 1e9)} GB`,
      basis: `${shareOfPeak} of the published ${Math.round(gpu.flops / 1e12)} TFLOP/s in bf16, ${shareOfBandwidth} of ${Math.round(gpu.bandwidth / 1e9)} GB/s, both assumed`,
      free: gpu.memory,
      missing: null,
      computing: async (flops) => seconds(flops, shareOfPeak * gpu.flops),
      reading: async (bytes) => seconds(bytes, shareOfBandwidth * gpu.bandwidth),
      memory: (job) => engine.estimateMemory({ ...job, compute, gpu_bytes: gpu.memory }),
    };
  }
  const measure = createSpeedMeasure(engine, compute);
  let name = "no model, no device";
  let bandwidth: number | null = null;
  let free: number | null = null;
  let basis = "not measured: the shapes of the models are not known";
  if (first !== null) {
    try {
      const speed = await measure(first);
      ({ name, bandwidth, free } = speed);
      const rate = speed.flops === null ? "no rate" : `${(speed.flops / 1e12).toPrecision(2)} TFLOP/s`;
      basis = `${shareOfProduct} of ${rate}, measured in a product of the base model's width`;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return withoutDevice(compute, error);
    }
  }
  return {
    name,
    basis,
    free,
    missing: null,
    async computing(flops, shape) {
      const rate = flops === null ? null : (await measure(shape)).flops;
      return flops === null || rate === null ? null : flops / (shareOfProduct * rate);
    },
    reading: async (bytes) => (bytes === null || bandwidth === null ? null : bytes / (shareOfBandwidth * bandwidth)),
    memory: (job) => engine.estimateMemory({ ...job, compute }),
  };
}

/** For a run that is finished. */
export const idleMachine: Machine = {
  name: "this machine",
  basis: "not measured: all of it is done",
  free: null,
  missing: null,
  computing: async () => null,
  reading: async () => null,
  memory: async () => null,
};

const withoutDevice = ({ device }: ComputeOptions, error: EngineError): Machine => ({
  ...idleMachine,
  name: device,
  basis: "nothing to measure",
  missing: error.message,
});

interface Speed {
  name: string;
  free: number;
  flops: number | null;
  bandwidth: number | null;
}

/** Measures each width once: how many positions there are changes little. */
function createSpeedMeasure(engine: EnginePlanning, compute: ComputeOptions): (shape: ModelShape) => Promise<Speed> {
  const known = new Map<string, Promise<Speed>>();
  const take = async ({ config, precision, tokens }: ModelShape): Promise<Speed> => {
    const measured = await engine.measureSpeed({ config: config.raw, precision, tokens, compute });
    const { name, description, flops } = measured;
    const bandwidth = measured.bandwidth ?? gpuNamedIn(description)?.bandwidth ?? null;
    return { name: `${name} (${description})`, free: measured.free_bytes, flops, bandwidth };
  };
  return (shape) => {
    const { config, precision } = shape;
    const key = JSON.stringify([config.hidden_size, config.intermediate_size, precision]);
    const speed = known.get(key) ?? take(shape);
    known.set(key, speed);
    return speed;
  };
}
