/**
 * Floating-point operations of a training step, as a share of the peak is counted from: those of the matrix
 * products that the mathematics asks for, 2 a multiply-add (PaLM, Chowdhery et al. 2022, appendix B; here
 * with the causal half of the attention only, and with what a frozen model spares). Norms, softmax and rotations are left out.
 *
 * For T positions: forward 2·T·(P + V·d) + A, with P the numbers of the blocks' linear maps and of adapters, and
 * A = 4·head_dim·heads·Σ visible pairs (Q·K and p·V). Backward: the gradients of activations cost the
 * forward's linear maps once more and the attention twice, if there is anything to train below the head; the
 * gradients of weights 2·T for each trained number of a matrix. A frozen map so costs 1 forward more, a trained one 2. The gradient of
 * the input embedding is a sum of rows, no product. Recomputation adds the blocks' forward.
 */
import type { ModelConfig } from "../model/config.js";
import { embeddingName, headName, tensorShapes } from "../model/tensor-names.js";
import type { TrainingOptions } from "./engine.js";
import { isAdapter, isTable, numbersIn, type ParameterLayout } from "./parameter-layout.js";

export interface StepShape {
  blocks: number;
  /** Positions in a block. */
  blockLength: number;
}

/** Attention across document borders and padding are counted as work, though an engine may leave them out. */
export function trainingFlops(
  config: ModelConfig,
  layout: ParameterLayout,
  { activation_checkpointing }: Pick<TrainingOptions, "activation_checkpointing">,
  { blocks, blockLength }: StepShape,
): number {
  const positions = blocks * blockLength;
  const matrices = [...tensorShapes(config)].filter(([name, shape]) => shape.length > 1 && !isTable(name));
  const adapters = layout.parameters.filter(({ name }) => isAdapter(name));
  const inBlocks =
    sum(matrices.map(([, shape]) => numbersIn(shape))) + sum(adapters.map(({ shape }) => numbersIn(shape)));
  const head = config.vocab_size * config.hidden_size;
  const attention = 4 * config.head_dim * config.num_attention_heads * blocks * visiblePairs(config, blockLength);

  const headOfItsOwn = config.tie_word_embeddings ? embeddingName : headName;
  const trained = layout.parameters.filter(
    ({ shape, name }) => shape.length > 1 && (!isTable(name) || name === headOfItsOwn),
  );
  const belowHead = layout.parameters.some(({ name }) => name !== headName);
  const forwardOfBlocks = 2 * positions * inBlocks + attention;
  const backward = belowHead ? 2 * positions * (inBlocks + head) + 2 * attention : 0;
  const recomputed = activation_checkpointing && belowHead ? forwardOfBlocks : 0;
  const ofWeights = 2 * positions * sum(trained.map(({ shape }) => numbersIn(shape)));
  return forwardOfBlocks + 2 * positions * head + backward + recomputed + ofWeights;
}

/** Pairs of a position and one that it sees, in one block of positions, over all layers. */
function visiblePairs(config: ModelConfig & { sliding_windows?: readonly (number | null)[] }, length: number): number {
  const ofLayers = Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const most = Math.min(config.sliding_windows?.[layer] ?? length, length);
    return (most * (most + 1)) / 2 + (length - most) * most;
  });
  return sum(ofLayers);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
