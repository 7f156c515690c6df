/**
 * Rotary grouped-query attention with its norm and the way around it (Su et al. 2021; Ainslie et al.
 * 2023), with biases and with norms of queries and keys where the model has them (Qwen). Shapes in ggml's
 * order: hidden states [d, N], N = B·T tokens; heads [head, heads, T, B].
 */
import { createAttentionCore } from "./attention-core.js";
import type { BlockContext } from "./block-stack.js";
import { type Layer, normLayer } from "./norm.js";
import type { Tensor } from "./tensor.js";

/** `prefix`: `model.layers.<n>.` */
export function attentionLayer(context: BlockContext, layer: number, prefix: string): Layer {
  const { ops, config, linears, inputs, rope } = context;
  const { head_dim: head, num_attention_heads: heads, num_key_value_heads: groups } = config;
  const { blocks, length } = inputs;
  const n = blocks * length;
  const norm = normLayer(context, `${prefix}input_layernorm.weight`);
  const map = (part: string) => linears.linear(`${prefix}self_attn.${part}_proj.weight`);
  const [queryMap, keyMap, valueMap, outputMap] = [map("q"), map("k"), map("v"), map("o")];
  const headNorm = (part: string): Layer | null =>
    config.qk_norm ? normLayer(context, `${prefix}self_attn.${part}_norm.weight`) : null;
  const [queryNorm, keyNorm] = [headNorm("q"), headNorm("k")];
  const core = createAttentionCore(context, inputs.maskOf(config.sliding_windows[layer] ?? null));
  /** [head·h, N] -> [head, h, T, B] */
  const split = (x: Tensor, h: number): Tensor => ops.reshape(x, head, h, length, blocks);
  const joined = (x: Tensor, h: number): Tensor => ops.reshape(x, head * h, n);
  return {
    forward(x) {
      const input = norm.forward(x);
      const query = split(queryMap.forward(input), heads);
      const key = split(keyMap.forward(input), groups);
      const mixed = core.forward(
        ops.rope(queryNorm?.forward(query) ?? query, rope),
        ops.rope(keyNorm?.forward(key) ?? key, rope),
        split(valueMap.forward(input), groups),
      );
      return ops.add(x, outputMap.forward(joined(mixed, heads)));
    },
    backward(dy) {
      const { query, key, value } = core.backward(split(outputMap.backward(dy), heads));
      const dQuery = ops.ropeBack(query, rope);
      const dKey = ops.ropeBack(key, rope);
      const dInput = [
        queryMap.backward(joined(queryNorm?.backward(dQuery) ?? dQuery, heads)),
        keyMap.backward(joined(keyNorm?.backward(dKey) ?? dKey, groups)),
        valueMap.backward(joined(value, groups)),
      ].reduce((sum, part) => ops.add(sum, part));
      return ops.add(dy, norm.backward(dInput));
    },
  };
}
