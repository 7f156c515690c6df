/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) over the flat arrays, with clipping by the global norm. The
 * arrays are the host's: so they take no room where tfjs has little, and checkpoints read them as they are.
 */
import { numbersIn, type ParameterLayout } from "../parameter-layout.js";
import type { FlatArray, SessionOptions } from "../session.js";

export type FlatArrays = Record<FlatArray, Float32Array>;

export function createFlatArrays({ size }: ParameterLayout): FlatArrays {
  const zeros = (): Float32Array => new Float32Array(size);
  return { values: zeros(), gradients: zeros(), first_moments: zeros(), second_moments: zeros() };
}

/** L2 norm of all gradients, summed in float64. */
export function gradientNorm({ gradients }: FlatArrays): number {
  let squares = 0;
  for (let i = 0; i < gradients.length; i++) squares += gradients[i]! ** 2;
  return Math.sqrt(squares);
}

export type OptimiserOptions = Pick<SessionOptions, "beta1" | "beta2" | "epsilon" | "weight_decay" | "clip_norm">;

/** `update` from 1; `norm`: the gradients' global norm. */
export function updateValues(
  { parameters }: ParameterLayout,
  { values, gradients, first_moments: first, second_moments: second }: FlatArrays,
  { beta1, beta2, epsilon, weight_decay, clip_norm }: OptimiserOptions,
  { update, rate, norm }: { update: number; rate: number; norm: number },
): void {
  const clip = clip_norm > 0 && norm > clip_norm ? clip_norm / norm : 1;
  const firstCorrection = 1 / (1 - beta1 ** update);
  const secondCorrection = 1 / (1 - beta2 ** update);
  for (const { offset, shape, decay } of parameters) {
    const kept = decay ? 1 - rate * weight_decay : 1;
    const end = offset + numbersIn(shape);
    for (let i = offset; i < end; i++) {
      const gradient = gradients[i]! * clip;
      const mean = beta1 * first[i]! + (1 - beta1) * gradient;
      const square = beta2 * second[i]! + (1 - beta2) * gradient * gradient;
      first[i] = mean;
      second[i] = square;
      const direction = (mean * firstCorrection) / (Math.sqrt(square * secondCorrection) + epsilon);
      values[i] = values[i]! * kept - rate * direction;
    }
  }
}
