/** Which tensors a GGUF of the Llama architecture has, and where each comes from in a Hugging Face checkpoint. */
import { ropeFactors } from "../../engine/ggml/rope.js";
import type { Checkpoint } from "../checkpoint.js";
import { blockTensorName, embeddingName, finalNormName, headName } from "../tensor-names.js";

export interface ExportedTensor {
  name: string;
  shape: readonly number[];
  /** The rows in the order of the file, f32, a few whole rows at a time. */
  rows: () => Iterable<Float32Array>;
}

/** Parts of a block: name in the checkpoint → name in a GGUF. */
const blockParts = {
  "input_layernorm.weight": "attn_norm.weight",
  "self_attn.q_proj.weight": "attn_q.weight",
  "self_attn.k_proj.weight": "attn_k.weight",
  "self_attn.v_proj.weight": "attn_v.weight",
  "self_attn.o_proj.weight": "attn_output.weight",
  "post_attention_layernorm.weight": "ffn_norm.weight",
  "mlp.gate_proj.weight": "ffn_gate.weight",
  "mlp.up_proj.weight": "ffn_up.weight",
  "mlp.down_proj.weight": "ffn_down.weight",
} as const;

/** llama.cpp's Llama turns neighbouring pairs of a head's rows, Hugging Face's the two halves against one another. */
const turned = ["self_attn.q_proj.weight", "self_attn.k_proj.weight"];

export function llamaTensors(checkpoint: Checkpoint): ExportedTensor[] {
  const { config } = checkpoint;
  const tensors = [plain(checkpoint, embeddingName, "token_embd.weight")];
  const factors = ropeFactors(config);
  if (factors !== null) tensors.push({ name: "rope_freqs.weight", shape: [factors.length], rows: () => [factors] });
  for (let block = 0; block < config.num_hidden_layers; block++) {
    for (const [part, name] of Object.entries(blockParts)) {
      const take = turned.includes(part) ? interleaved : plain;
      tensors.push(take(checkpoint, blockTensorName(block, part), `blk.${block}.${name}`));
    }
  }
  tensors.push(plain(checkpoint, finalNormName, "output_norm.weight"));
  // Without it llama.cpp takes the embedding.
  if (!config.tie_word_embeddings) tensors.push(plain(checkpoint, headName, "output.weight"));
  return tensors;
}

/** Elements held in memory at a time, unless a single unit is larger. */
const pieceElements = 1 << 22;

function plain(checkpoint: Checkpoint, source: string, name: string): ExportedTensor {
  const { shape } = checkpoint.tensors.get(source)!;
  if (shape.length < 2) return { name, shape, rows: () => [checkpoint.readFloat32(source)] };
  return { name, shape, rows: () => pieces(checkpoint, source, 1) };
}

function interleaved(checkpoint: Checkpoint, source: string, name: string): ExportedTensor {
  const { shape } = checkpoint.tensors.get(source)!;
  const headRows = checkpoint.config.head_dim;
  const width = shape[1]!;
  function* rows(): Iterable<Float32Array> {
    for (const piece of pieces(checkpoint, source, headRows)) yield interleaveHalves(piece, headRows, width);
  }
  return { name, shape, rows };
}

/** Rows of a tensor in pieces that are a multiple of `unit` rows. */
function* pieces(checkpoint: Checkpoint, source: string, unit: number): Iterable<Float32Array> {
  const [height = 0, width = 1] = checkpoint.tensors.get(source)!.shape;
  const step = unit * Math.max(1, Math.floor(pieceElements / (unit * width)));
  for (let row = 0; row < height; row += step) {
    yield checkpoint.readRows(source, row, Math.min(step, height - row));
  }
}

/** Within each head of `headRows` rows: row i of the first half, row i of the second half, and so on. */
export function interleaveHalves(rows: Float32Array, headRows: number, width: number): Float32Array {
  const result = new Float32Array(rows.length);
  const half = headRows / 2;
  for (let to = 0; to < rows.length / width; to++) {
    const inHead = to % headRows;
    const from = to - inHead + (inHead % 2) * half + (inHead >> 1);
    result.set(rows.subarray(from * width, (from + 1) * width), to * width);
  }
  return result;
}
