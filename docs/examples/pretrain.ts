/** Stage 2, second half: only the embeddings learn, on plain text. Ctrl-C leaves a checkpoint; the same call continues. */
import { pretrain, pretrainingSchema } from "lep";

const [model, corpus, validation, out] = process.argv.slice(2) as [string, string, string, string];
const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort());

const { bits_per_character } = await pretrain(
  {
    model,
    corpora: [{ name: "train", files: [corpus], documents: "blank_lines" }],
    validation: { files: [validation], documents: "blank_lines" },
    options: pretrainingSchema.parse({
      trainable: "embeddings",
      block_size: 64,
      blocks_per_step: 4,
      micro_batch: 4,
      steps: 20,
      warmup_steps: 2,
      learning_rate: 1e-2,
      max_windows: 20,
    }),
    seed: 1,
    compute: { device: "auto", threads: 0 },
    work: `${out}.work`,
    out,
  },
  ({ task, done, total, warning }) => console.error(warning ?? `${task}: ${done} of ${total}`),
  interruption.signal,
);
console.log(`bits per character: ${bits_per_character?.before.toFixed(2)} → ${bits_per_character?.after.toFixed(2)}`);
