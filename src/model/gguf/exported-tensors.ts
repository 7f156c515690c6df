/** Which tensors a GGUF has, and where each comes from in a Hugging Face checkpoint. */
import type { Checkpoint } from "../checkpoint.js";
import { ropeFactors } from "../rope-factors.js";
import { embeddingName, finalNormName, headName, tensorShapes } from "../tensor-names.js";
import type { GgufArchitecture } from "./gguf-architecture.js";

export interface ExportedTensor {
  name: string;
  shape: readonly number[];
  /** The rows in the order of the file, f32, a few whole rows at a time. */
  rows: () => Iterable<Float32Array>;
}

/** Outside the blocks. A tied head has no tensor: without `output.weight` llama.cpp takes the embedding. */
const outerNames: Record<string, string> = {
  [embeddingName]: "token_embd.weight",
  [finalNormName]: "output_norm.weight",
  [headName]: "output.weight",
};

/** Parts of a block: name in the checkpoint → name in a GGUF; `.weight` and `.bias` follow in both. */
const blockNames: Record<string, string> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  "self_attn.o_proj": "attn_output",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

export function exportedTensors(checkpoint: Checkpoint, { turns }: GgufArchitecture): ExportedTensor[] {
  const { config } = checkpoint;
  const tensors = [...tensorShapes(config).keys()].map((source): ExportedTensor => {
    // Where llama.cpp turns neighbouring rows of a head, Hugging Face turns the two halves against one another.
    const take = turns === "neighbours" && /\.[qk]_proj\.(weight|bias)$/.test(source) ? interleaved : plain;
    return take(checkpoint, source, exportedName(source));
  });
  const factors = config.rope_scaling?.rope_type === "llama3" ? ropeFactors(config) : null;
  if (factors !== null)
    tensors.splice(1, 0, { name: "rope_freqs.weight", shape: [factors.length], rows: () => [factors] });
  return tensors;
}

function exportedName(source: string): string {
  const [, block, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(source) ?? [];
  const name =
    block === undefined ? outerNames[source] : blockNames[part!] && `blk.${block}.${blockNames[part!]}.${kind}`;
  if (name === undefined) throw new RangeError(`${source} has no name in a GGUF`);
  return name;
}

/** Elements held in memory at a time, unless a single unit is larger. */
const pieceElements = 1 << 22;

function plain(checkpoint: Checkpoint, source: string, name: string): ExportedTensor {
  const { shape } = checkpoint.tensors.get(source)!;
  return { name, shape, rows: () => pieces(checkpoint, source, 1) };
}

function interleaved(checkpoint: Checkpoint, source: string, name: string): ExportedTensor {
  const { shape } = checkpoint.tensors.get(source)!;
  const headRows = checkpoint.config.head_dim;
  const width = shape[1] ?? 1;
  function* rows(): Iterable<Float32Array> {
    for (const piece of pieces(checkpoint, source, headRows)) yield interleaveHalves(piece, headRows, width);
  }
  return { name, shape, rows };
}

/** Rows of a tensor in pieces that are a multiple of `unit` rows; a vector in one piece. */
function* pieces(checkpoint: Checkpoint, source: string, unit: number): Iterable<Float32Array> {
  const [height = 0, width] = checkpoint.tensors.get(source)!.shape;
  if (width === undefined) {
    yield checkpoint.readFloat32(source);
    return;
  }
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
