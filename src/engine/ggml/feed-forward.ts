/** SwiGLU feed-forward with its norm and the way around it (Shazeer 2020; Touvron et al. 2023, LLaMA, section 2.2). */
import type { BlockContext } from "./block-stack.js";
import { type Layer, normLayer } from "./norm.js";
import type { Tensor } from "./tensor.js";

/** On hidden states [d, N]. `prefix`: `model.layers.<n>.` */
export function feedForwardLayer(context: BlockContext, prefix: string): Layer {
  const { ops, linears } = context;
  const norm = normLayer(context, `${prefix}post_attention_layernorm.weight`);
  const gateMap = linears.linear(`${prefix}mlp.gate_proj.weight`);
  const upMap = linears.linear(`${prefix}mlp.up_proj.weight`);
  const downMap = linears.linear(`${prefix}mlp.down_proj.weight`);
  let gate: Tensor;
  let up: Tensor;
  return {
    forward(x) {
      const input = norm.forward(x);
      gate = gateMap.forward(input);
      up = upMap.forward(input);
      return ops.add(x, downMap.forward(ops.swiglu(gate, up)));
    },
    backward(dy) {
      const dActive = downMap.backward(dy);
      const dGate = ops.siluBack(ops.mul(dActive, up), gate);
      const dUp = ops.mul(dActive, ops.silu(gate));
      const dInput = ops.add(gateMap.backward(dGate), upMap.backward(dUp));
      return ops.add(dy, norm.backward(dInput));
    },
  };
}
