/** Stage 4: the propagated model learns from the original instruct model's own answers. */
import { calibrate, calibrationSchema } from "lep";

const [model, teacher, prompts, out] = process.argv.slice(2) as [string, string, string, string];

const { examples, loss } = await calibrate({
  model,
  teacher,
  options: calibrationSchema.parse({
    source: "self",
    prompts: [prompts],
    max_answer_tokens: 24,
    trainable: "lora",
    lora: { rank: 4 },
    block_size: 128,
    blocks_per_step: 2,
    steps: 4,
    warmup_steps: 1,
  }),
  seed: 1,
  compute: { device: "auto", threads: 0 },
  work: `${out}.work`,
  out,
});
console.log(`${examples} conversations, loss ${loss.before.toFixed(2)} → ${loss.after.toFixed(2)}`);
