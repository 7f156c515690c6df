/** What a device can do: its memory, its rate, and which operations of a training step it lacks. */
import { parseModelConfig } from "../../model/config.js";
import { targetModules } from "../../model/tensor-names.js";
import type { Device, DeviceReport } from "../engine.js";
import { neutralOptions } from "../neutral-options.js";
import { parameterLayout } from "../parameter-layout.js";
import { openBackend, planningBackend } from "./backend.js";
import { measurePeakFlops } from "./peak-flops.js";
import { prepareSession } from "./session.js";

/** With everything that a family may have: biases, norms of heads, grouped queries. */
const config = parseModelConfig(
  {
    ...{ model_type: "qwen3", hidden_size: 64, intermediate_size: 96, num_hidden_layers: 1, vocab_size: 256 },
    ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 32, attention_bias: true },
  },
  "a model to examine devices with",
);

/** Throws `EngineError` where there is no such device. */
export async function examineDevice(device: Device): Promise<DeviceReport> {
  const backend = openBackend(device, 0);
  const { name, description } = backend;
  const unsupported = new Set<string>();
  const planning = { ...planningBackend(backend), unsupported };
  const lora = { rank: 4, alpha: 8, dropout: 0.1, target_modules: targetModules, adapter: false };
  for (const trainable of ["embeddings", "lora", "full"] as const) {
    for (const precision of ["bf16", "f32"] as const) {
      const options = { ...neutralOptions, trainable, precision, lora };
      const layout = parameterLayout(config, options, [{ first: 100, end: 200 }]);
      const compute = { device, threads: 0 };
      const checkpoint = { config };
      await prepareSession(planning, { checkpoint, layout, options, compute, blockLength: 32, keepTransposes: true });
    }
  }
  const flops = unsupported.has("MUL_MAT") ? null : await measurePeakFlops(backend, "bf16");
  return { name, description, free_bytes: backend.freeMemory(), unsupported: [...unsupported].sort(), flops };
}
