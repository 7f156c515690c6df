/** A session's options where nothing is trained, or no step is taken. */
import { type TrainingOptions, targetModules } from "./engine.js";

export const neutralOptions: TrainingOptions = {
  trainable: "embeddings",
  tables: ["input", "head"],
  lora: { rank: 8, alpha: 8, dropout: 0, target_modules: targetModules, adapter: false },
  ...{ steps: 1, blocks_per_step: 1, micro_batch: 1 },
  ...{ learning_rate: 0, schedule: "constant", final_learning_rate_share: 1, warmup_steps: 0, decay_share: 0 },
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0, clip_norm: 0 },
  ...{ precision: "f32", activation_checkpointing: false, seed: 0 },
  ...{ checkpoint_every: 0, evaluate_every: 0, keep: "last", on_spike: "report" },
};
