/** The curves of a training for a report, from its log. */
import path from "node:path";
import { readTrainingLog } from "../engine/training-log.js";
import type { Curve } from "./line-chart.js";

export interface TrainingCurves {
  title: string;
  curves: Curve[];
}

/** Loss of training and held-out data in one chart, bits per character in another; `folder` is the trained model's. */
export function trainingCurves(folder: string, of = ""): TrainingCurves[] {
  const records = readTrainingLog(path.join(folder, "training.jsonl"));
  const loss: Curve = { name: "training", points: records.map(({ step, loss: value }) => ({ step, value })) };
  const validation = records.flatMap(({ step, validation: measured }) => (measured ? [{ step, ...measured }] : []));
  const held: Curve = { name: "held out", points: validation.map(({ step, loss: value }) => ({ step, value })) };
  const bits = validation.flatMap(({ step, bits_per_character: value }) => (value === null ? [] : [{ step, value }]));
  const shown: TrainingCurves[] = [
    { title: `loss${of}, nats per token`, curves: [loss, held] },
    { title: `bits per character${of}, held-out text`, curves: [{ name: "held out", points: bits }] },
  ];
  return shown.filter(({ curves }) => curves.some(({ points }) => points.length > 0));
}

/** Steps whose loss was a spike, in words; nothing where there are none. */
export function spikesNote(folder: string): string | undefined {
  const spikes = readTrainingLog(path.join(folder, "training.jsonl")).filter(({ spike }) => spike !== undefined);
  if (spikes.length === 0) return undefined;
  const steps = spikes.slice(0, 8).map(({ step }) => step);
  return `Steps with a loss far above those before: ${spikes.length} (${steps.join(", ")}${spikes.length > 8 ? ", …" : ""}).`;
}
