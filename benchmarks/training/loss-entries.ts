/** What products in bf16, and frozen weights in 8 bits, cost: the loss that training comes to, and the gradients that it begins with. */
import { runJob } from "../../src/engine/child-job.js";
import type { Precision } from "../../src/engine/engine.js";
import { ggmlWorker } from "../../src/engine/ggml/engine.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import { optionsOf, trainOurs } from "./ours.js";
import { describeShape, medium, type TrainingShape } from "./shapes.js";
import { textTokens } from "./text-tokens.js";
import type { Workplace } from "./workplace.js";

const steps = 500;
/** One loss is that of one block; the text's own ups and downs go with a mean over the last. */
const last = 20;
const limit = 0.005;
/** An eighth of the tokens of a step: 500 whole ones in three precisions take half an hour. */
const shape: TrainingShape = { ...medium, blocks: 1, length: 128 };

export async function lossAfterSteps(work: Workplace): Promise<BenchmarkEntry[]> {
  const { config, length } = shape;
  const { file, source } = await textTokens(work, { vocabulary: config.vocab_size, blocks: steps, length });
  const note = `${describeShape(shape)}; ${source}, random frozen blocks, ${steps} steps, mean loss of the last ${last}`;
  const ends = new Map<Precision, number>();
  for (const precision of ["f32", "bf16", "q8_0"] as const) {
    const { losses } = await trainOurs(work, { shape, options: { precision }, steps: steps - 1, data: file });
    const end = losses.slice(-last).reduce((sum, loss) => sum + loss, 0) / last;
    process.stderr.write(`${precision}: loss ${losses[0]!.toFixed(4)} to ${end.toFixed(4)}\n`);
    ends.set(precision, end);
  }
  const exact = ends.get("f32")!;
  const cosines = await gradientCosines(work);
  return (["bf16", "q8_0"] as const).flatMap((precision) => {
    const end = ends.get(precision)!;
    return [
      entry({
        name: `loss after ${steps} steps, ${precision} against f32`,
        value: Math.abs(end / exact - 1),
        ...{ unit: "relative difference", limit },
        note: `${note}: ${end.toFixed(5)} against ${exact.toFixed(5)} nats`,
      }),
      entry({
        name: `loss after ${steps} steps, gradients, ${precision} against f32`,
        value: Math.min(...cosines[precision].values()),
        unit: "cosine",
        note: `${describeShape(medium)}; at the start, the lowest of the tables': ${describeCosines(cosines[precision])}`,
      }),
    ];
  });
}

type Cosines = Map<string, number>;

/** Of each trained tensor's gradient with that in f32, on one step of random tokens. */
async function gradientCosines(work: Workplace): Promise<Record<"bf16" | "q8_0", Cosines>> {
  const gradientsIn = async (precision: Precision) => {
    const job = {
      model: work.model(medium),
      data: work.tokens(medium.config, medium.blocks, medium.length),
      options: optionsOf(medium, { precision }),
      compute: { device: "cpu", threads: work.threads },
    } as const;
    return (await runJob(ggmlWorker, "gradients", job)).gradients;
  };
  const exact = await gradientsIn("f32");
  const against = async (precision: Precision): Promise<Cosines> => {
    const rounded = await gradientsIn(precision);
    return new Map(Object.entries(exact).map(([name, gradient]) => [name, cosine(gradient, rounded[name]!)]));
  };
  return { bf16: await against("bf16"), q8_0: await against("q8_0") };
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    ofA += a[i]! ** 2;
    ofB += b[i]! ** 2;
  }
  return product / Math.sqrt(ofA * ofB);
}

const describeCosines = (cosines: Cosines): string =>
  [...cosines].map(([name, value]) => `${name} ${value.toFixed(6)}`).join(", ");
