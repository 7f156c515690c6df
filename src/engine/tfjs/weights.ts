/** A model's tensors in tfjs: frozen ones stay, trained ones are made of the flat array of values. */
import * as tf from "@tensorflow/tfjs-core";
import type { Checkpoint } from "../../model/checkpoint.js";
import { numbersIn, type Parameter, type ParameterLayout } from "../parameter-layout.js";

/** A tensor by its name in the checkpoint or, of an adapter, in the layout; undefined where there is none. */
export type Weights = (name: string) => tf.Tensor | undefined;

/** What has a gradient of its own: a parameter, or one range of a table's trained rows. */
export interface Leaf {
  shape: number[];
  /** Place in the flat arrays, in numbers. */
  offset: number;
}

export interface ModelWeights {
  leaves: readonly Leaf[];
  /** Some or all of a tensor's numbers are. */
  isTrained(name: string): boolean;
  /** One tensor a leaf; they are the caller's. */
  trained(values: Float32Array): tf.Tensor[];
  /** All of the model's tensors; tables of which some rows are trained are put together of both kinds. */
  weights(trained: readonly tf.Tensor[]): Weights;
  close(): void;
}

/** Throws `CheckpointError` where a tensor cannot be read. */
export function openWeights(checkpoint: Checkpoint, { parameters }: ParameterLayout): ModelWeights {
  const leaves: Leaf[] = [];
  /** Where a parameter's leaves begin. */
  const firsts = new Map<string, number>();
  const frozenRows = new Map<string, (tf.Tensor | null)[]>();
  for (const parameter of parameters) {
    firsts.set(parameter.name, leaves.length);
    leaves.push(...leavesOf(parameter));
    if (parameter.rows !== null) frozenRows.set(parameter.name, readFrozenRows(checkpoint, parameter));
  }
  const frozen = new Map<string, tf.Tensor>();
  for (const [name, { shape }] of checkpoint.tensors) {
    if (!firsts.has(name)) frozen.set(name, tf.tensor(checkpoint.readFloat32(name), shape));
  }
  return {
    leaves,
    isTrained: (name) => firsts.has(name),
    trained: (values) =>
      leaves.map(({ offset, shape }) => tf.tensor(values.slice(offset, offset + numbersIn(shape)), shape, "float32")),
    weights: (trained) => (name) => {
      const first = firsts.get(name);
      if (first === undefined) return frozen.get(name);
      const rows = frozenRows.get(name);
      if (rows === undefined) return trained[first];
      const parts = rows.flatMap((before, i) => [before, i < rows.length - 1 ? trained[first + i]! : null]);
      return tf.concat(parts.filter((part) => part !== null));
    },
    close() {
      tf.dispose([...frozen.values(), ...[...frozenRows.values()].flat().filter((rows) => rows !== null)]);
    },
  };
}

function leavesOf({ shape, rows, offset }: Parameter): Leaf[] {
  if (rows === null) return [{ shape: [...shape], offset }];
  const width = shape[1]!;
  let at = offset;
  return rows.map(({ first, end }) => {
    at += (end - first) * width;
    return { shape: [end - first, width], offset: at - (end - first) * width };
  });
}

/** The rows before each trained range and behind the last; null where there are none. */
function readFrozenRows(checkpoint: Checkpoint, { name, rows }: Parameter): (tf.Tensor | null)[] {
  const [height, width] = checkpoint.tensors.get(name)!.shape as [number, number];
  const starts = [0, ...rows!.map(({ end }) => end)];
  const ends = [...rows!.map(({ first }) => first), height];
  return starts.map((start, i) => {
    const count = ends[i]! - start;
    return count === 0 ? null : tf.tensor(checkpoint.readRows(name, start, count), [count, width]);
  });
}
