/**
 * One micro-batch through the model as a graph: forwards only, or forwards and backwards with the
 * gradients of all trained tensors left in (or added to) the parameters' gradient array.
 */
import type { ModelConfig } from "../../model/config.js";
import { ropeFactors } from "../../model/rope-factors.js";
import { finalNormName } from "../../model/tensor-names.js";
import type { Precision } from "../engine.js";
import type { AdapterDropout } from "./adapter-dropout.js";
import { countAttentionPieces } from "./attention-core.js";
import type { Backend } from "./backend.js";
import { createBlockStack } from "./block-stack.js";
import { ggmlType } from "./functions.js";
import { createGradientSink } from "./gradient-sink.js";
import { buildGraph, type Graph } from "./graph.js";
import { countPieces, defaultMaximumLogits, headBackward, headForward } from "./head-graph.js";
import type { Inputs } from "./inputs.js";
import { createLinears } from "./linear.js";
import { allocate, placeInside, upload } from "./memory.js";
import { normLayer } from "./norm.js";
import { addToRows, embed } from "./tables.js";
import type { Rope, Tensor } from "./tensor.js";
import type { Weights } from "./weights.js";

export type PassKind = "forward" | "set_gradients" | "add_gradients";

export interface PassOptions {
  kind: PassKind;
  precision: Precision;
  activationCheckpointing: boolean;
  /** alpha / rank. */
  adapterScale: number;
  dropout: AdapterDropout | null;
  /** For tests: see head-graph.ts and attention-core.ts. */
  maximumLogits?: number | undefined;
  maximumScores?: number | undefined;
}

export function buildPass(
  backend: Backend,
  config: ModelConfig,
  weights: Weights,
  inputs: Inputs,
  options: PassOptions,
): Graph {
  const { kind, dropout, adapterScale, activationCheckpointing, maximumScores } = options;
  const tokens = inputs.blocks * inputs.length;
  const maximumLogits =
    options.maximumLogits ?? defaultMaximumLogits(backend.isCpu, config.vocab_size, config.hidden_size, tokens);
  const headPieces = countPieces(config.vocab_size, tokens, maximumLogits);
  const { parameters, tables } = weights;
  const rope = createRope(backend, config, inputs);
  const forwardOnly = kind === "forward";
  const trainsInput = !forwardOnly && tables.input.trained > 0;
  const identity = trainsInput && !backend.isCpu ? createIdentity(backend, tokens) : null;
  return buildGraph(backend, maximumNodes(config, inputs, headPieces, maximumScores), (ops, want) => {
    const sink = createGradientSink(ops, want, forwardOnly ? null : parameters, kind === "add_gradients");
    const bf16 = options.precision !== "f32";
    const linears = createLinears({
      ...{ ops, weights, bf16, sink, adapterScale },
      dropout: forwardOnly ? null : dropout,
      roundsOnce: headPieces === 1,
    });
    const block = { ops, want, config, linears, inputs, rope, sink, epsilon: config.rms_norm_eps, maximumScores };
    const stack = createBlockStack(block, activationCheckpointing && !forwardOnly);
    const finalNorm = normLayer(block, finalNormName);

    const states = stack.forward(embed(ops, linears, tables.input, inputs));
    const hidden = placeInside(backend, finalNorm.forward(states), inputs.hidden, inputs.buffer);
    const head = { ops, want, linears, inputs, table: tables.head, maximumLogits };
    if (forwardOnly) {
      headForward(head, hidden);
      return;
    }
    const dHidden = headBackward(head, hidden, sink, weights.reachesBlocks);
    if (dHidden === null) return;
    const dEmbedded = stack.backward(finalNorm.backward(dHidden));
    if (trainsInput) want(addToRows(ops, parameters!, tables.input, inputs, dEmbedded, identity));
    else want(dEmbedded);
  });
}

function maximumNodes(
  config: ModelConfig,
  inputs: Inputs,
  headPieces: number,
  maximumScores: number | undefined,
): number {
  const attentions = countAttentionPieces(config, inputs, maximumScores);
  return 512 + (512 + 80 * attentions) * config.num_hidden_layers + 64 * headPieces;
}

function createRope(backend: Backend, config: ModelConfig, inputs: Inputs): Rope {
  const factors = ropeFactors(config);
  const rope = { dimensions: config.head_dim, base: config.rope_theta, factors: null, positions: inputs.positions };
  if (factors === null) return rope;
  const memory = allocate(backend, "inputs", 2, (ops) => ({ factors: ops.tensor(ggmlType.F32, factors.length) }));
  upload(backend, memory.factors, factors);
  return { ...rope, factors: memory.factors };
}

/** float32[n, n], whose rows are the one-hot rows of n slots. */
function createIdentity(backend: Backend, n: number): Tensor {
  const { identity } = allocate(backend, "inputs", 2, (ops) => ({ identity: ops.tensor(ggmlType.F32, n, n) }));
  const one = Float32Array.of(1);
  for (let i = 0; i < n; i++) upload(backend, identity, one, 4 * (i * n + i));
  return identity;
}
