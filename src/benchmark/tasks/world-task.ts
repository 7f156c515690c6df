import { z } from "zod";
import { BenchmarkError } from "../../errors.js";
import { goldText, type Item } from "../items.js";
import { exactMatch } from "../metrics/exact-match.js";
import { mean } from "../metrics/mean.js";
import { asChoice, asGeneration, certain, type Task } from "../task.js";

const metaSchema = z.object({
  options: z.array(z.string().min(1)).min(2),
  answer: z.int().min(0),
  direct: z.string().min(1).optional(),
});

/** Tokens of an answer: words, not sentences, yet a letter may be a token. */
const maxTokens = 32;

/**
 * A question about the closed world, answered in words, in two ways.
 * `rank`: of the options' words as the assistant's whole answer (end of turn included) the likeliest is the gold one.
 * The sum of log-probabilities is not divided by the length: with the end of turn it is the probability of exactly this answer.
 * `exact_match`: the greedy answer to the question alone is the gold one.
 */
export function worldTask(options: { dataset: string; title: string }): Task {
  const metaOf = (item: Item): z.infer<typeof metaSchema> => {
    const meta = metaSchema.safeParse(item.meta);
    if (!meta.success) {
      const faults = meta.error.issues.map(({ path, message }) => `meta.${path.join(".")}: ${message}`);
      throw new BenchmarkError("benchmark.item", `${item.place}: ${faults.join("; ")}`);
    }
    const { options: words, answer } = meta.data;
    if (words[answer] === undefined || exactMatch(words[answer], goldText(item)) === 0) {
      throw new BenchmarkError("benchmark.item", `${item.place}: option ${answer} of meta is not the text of outputs`);
    }
    return meta.data;
  };
  return {
    version: 1,
    ...options,
    group: null,
    metric: "rank",
    questions(item) {
      const { options: words, direct } = metaOf(item);
      const asked: Item["messages"] = direct === undefined ? item.messages : [{ role: "user", content: direct }];
      return [
        { ask: "rank", messages: item.messages, options: words },
        { ask: "generate", messages: asked, maxTokens },
      ];
    },
    judge: async (item, answers) => ({
      rank: asChoice(answers[0]).choice === metaOf(item).answer ? 1 : 0,
      exact_match: exactMatch(asGeneration(answers[1]).text, goldText(item)),
    }),
    async gold(item, tokenizer) {
      const { options: words, answer } = metaOf(item);
      const text = goldText(item);
      const { length } = await tokenizer.encode(text);
      return [certain("rank", answer, words.length), { ask: "generate", text, tokens: length }];
    },
    target: goldText,
    aggregate: (samples) => ({
      rank: mean(samples.map(({ metrics }) => metrics.rank!)),
      exact_match: mean(samples.map(({ metrics }) => metrics.exact_match!)),
    }),
  };
}
