/**
 * One micro-batch through the model as a graph: forwards only, or forwards and backwards with the
 * gradients of all trained tensors left in (or added to) the parameters' gradient array.
 */
import type { ModelConfig } from "../../model/config.js";
import { embeddingName, finalNormName, headName } from "../../model/tensor-names.js";
import type { Precision } from "../engine.js";
import type { Backend } from "./backend.js";
import { ggmlType } from "./functions.js";
import { buildGraph, type Graph } from "./graph.js";
import { countPieces, headBackward, headForward } from "./head-graph.js";
import type { Inputs } from "./inputs.js";
import { createLinears } from "./linear.js";
import { createLlamaStack, type GradientSink, normLayer } from "./llama-graph.js";
import { allocate, placeInside, upload } from "./memory.js";
import { ropeFactors } from "./rope.js";
import type { Ops, Rope, Tensor } from "./tensor.js";
import type { Weights } from "./weights.js";

export type PassKind = "forward" | "set_gradients" | "add_gradients";

export interface PassOptions {
  kind: PassKind;
  precision: Precision;
  /** For tests: see head-graph.ts. */
  maximumLogits?: number | undefined;
}

export function buildPass(
  backend: Backend,
  config: ModelConfig,
  weights: Weights,
  inputs: Inputs,
  options: PassOptions,
): Graph {
  const rope = createRope(backend, config, inputs);
  const tokens = inputs.blocks * inputs.length;
  const maximumNodes =
    256 + 160 * config.num_hidden_layers + 32 * countPieces(config.vocab_size, tokens, options.maximumLogits);
  return buildGraph(backend, maximumNodes, (ops, want) => {
    const sink = gradientSink(ops, want, weights, options.kind);
    const linears = createLinears(ops, weights, options.precision === "bf16");
    const context = { ops, config, linears, inputs, rope, sink };
    const stack = createLlamaStack(context);
    const finalNorm = normLayer(context, finalNormName);
    const embedding = linears.leaf(embeddingName);

    const states = stack.forward(ops.rows(embedding, inputs.tokens));
    const hidden = finalNorm.forward(states);
    placeInside(backend, hidden, inputs.hidden, inputs.buffer);
    const head = {
      ...{ ops, want, linears, inputs, maximumLogits: options.maximumLogits },
      name: weights.tied ? embeddingName : headName,
      vocabulary: config.vocab_size,
    };
    if (options.kind === "forward") {
      headForward(head, hidden);
      return;
    }
    const dHidden = headBackward(head, hidden, sink);
    const dEmbedded = stack.backward(finalNorm.backward(dHidden));
    sink(embeddingName, () => ops.rowsBack(dEmbedded, inputs.tokens, embedding));
  });
}

/** The first gradient of a parameter is written (`set_gradients`) or added, what follows in the same graph is added. */
function gradientSink(ops: Ops, want: (tensor: Tensor) => void, { parameters }: Weights, kind: PassKind): GradientSink {
  if (parameters === null || kind === "forward") return () => {};
  const trained = new Set(parameters.names);
  const written = new Set<string>();
  return (name, gradient) => {
    if (!trained.has(name)) return;
    const first = kind === "set_gradients" && !written.has(name);
    written.add(name);
    want(
      first ? parameters.intoGradient(gradient(), name) : ops.addInPlace(parameters.gradient(ops, name), gradient()),
    );
  };
}

function createRope(backend: Backend, config: ModelConfig, inputs: Inputs): Rope {
  const factors = ropeFactors(config);
  const rope = { dimensions: config.head_dim, base: config.rope_theta, factors: null, positions: inputs.positions };
  if (factors === null) return rope;
  const memory = allocate(backend, 2, (ops) => ({ factors: ops.tensor(ggmlType.F32, factors.length) }));
  upload(backend, memory.factors, factors);
  return { ...rope, factors: memory.factors };
}
