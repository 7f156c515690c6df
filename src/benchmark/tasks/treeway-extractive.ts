import { z } from "zod";
import { type Item, itemFault } from "../items.js";
import { mean } from "../metrics/mean.js";
import { rPrecision } from "../metrics/r-precision.js";
import { asChoice, type Task } from "../task.js";
import { treewayRow } from "./treeway-row.js";

const partsSchema = z
  .object({
    inputs: z.object({ sentences: z.array(z.string().min(1)).min(2) }),
    outputs: z.array(z.int().min(0)).min(1),
  })
  .refine(({ inputs, outputs }) => outputs.every((place) => place < inputs.sentences.length), {
    path: ["outputs"],
    message: "names a sentence that is not there",
  });

/**
 * daru/treewayextractive: each sentence of a text as the answer; of the k likeliest, by the mean log-probability of a
 * token over the length that all have, the share that belongs to the k gold ones.
 */
export const treewayExtractive: Task = {
  version: 1,
  dataset: "treeway_extractive",
  group: "DaruSum",
  title: "the sentences that say the most",
  metric: "r_precision",
  mostItems: 500,
  prompt: [
    { role: "user", content: "Прочитай текст и выпиши из него самое важное предложение.\n\n{text}" },
    { role: "assistant", content: "Самое важное предложение:" },
  ],
  row(row, place) {
    const { src_sents, extractive_summary } = treewayRow(row, place);
    const inputs = { text: src_sents.join(" "), sentences: src_sents };
    return { inputs, outputs: extractive_summary, meta: {} };
  },
  questions(item) {
    const { inputs } = partsOf(item);
    return [{ ask: "rank", messages: item.messages, options: inputs.sentences, over: "common" }];
  },
  judge: async (item, answers) => ({
    r_precision: rPrecision(asChoice(answers[0]).logProbabilities, partsOf(item).outputs),
  }),
  async gold(item) {
    const { inputs, outputs } = partsOf(item);
    const gold = new Set(outputs);
    const logProbabilities = inputs.sentences.map((_, place) => (gold.has(place) ? -1 : -2));
    return [{ ask: "rank", logProbabilities, choice: Math.min(...outputs) }];
  },
  target(item) {
    const { inputs, outputs } = partsOf(item);
    return outputs.map((place) => inputs.sentences[place]!).join("\n");
  },
  // An example would show one sentence where several are right.
  examples: () => [],
  aggregate: (samples) => ({ r_precision: mean(samples.map(({ metrics }) => metrics.r_precision!)) }),
};

/** The sentences of an item, which its inputs hold as JSON, and the gold places. */
function partsOf({ inputs, outputs, place }: Item): z.infer<typeof partsSchema> {
  let sentences: unknown;
  try {
    sentences = JSON.parse(inputs.sentences ?? "null");
  } catch {
    sentences = undefined;
  }
  const parsed = partsSchema.safeParse({ inputs: { sentences }, outputs });
  if (!parsed.success) throw itemFault(place, parsed.error);
  return parsed.data;
}
