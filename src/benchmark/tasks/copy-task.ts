import { BenchmarkError } from "../../errors.js";
import type { Item } from "../items.js";
import { covers, lengthRatio } from "../metrics/copy.js";
import { mean } from "../metrics/mean.js";
import { asGeneration, type Group, isEmpty, type Task } from "../task.js";

/**
 * The model repeats a text. A sentence scores the ratio of lengths in tokens, a paragraph 1 where it comes back
 * (matching blocks cover 0.99 of it). What both report besides: exact match, characters a token of the answer,
 * tokens a word, and how fast the answers came.
 */
export function copyTask(options: {
  dataset: string;
  group: Group;
  title: string;
  unit: "sentence" | "paragraph";
}): Task {
  const { unit, ...description } = options;
  const maxTokens = unit === "sentence" ? 128 : 1024;
  const metric = unit === "sentence" ? "length_ratio" : "covered";
  return {
    version: 2,
    ...description,
    metric,
    questions: ({ messages }) => [{ ask: "generate", messages, maxTokens }],
    async judge(item, answers, tokenizer) {
      const answer = asGeneration(answers[0]);
      const { text, tokens } = answer;
      const source = sourceText(item);
      const empty = isEmpty(answer);
      const sourceTokens = (await tokenizer.encode(source)).length;
      const characters = [...text].length;
      const words = text.split(/\s+/).filter((word) => word !== "").length;
      return {
        length_ratio: empty ? 0 : lengthRatio(tokens, sourceTokens, maxTokens),
        covered: empty ? 0 : covers(source, text),
        exact_match: !empty && text.trim() === source.trim() ? 1 : 0,
        copy_symbols_per_token: empty ? 0 : characters / (1 + tokens),
        characters,
        tokens,
        words,
        empty: empty ? 1 : 0,
      };
    },
    async gold(item, tokenizer) {
      const text = sourceText(item);
      const { length } = await tokenizer.encode(text);
      return [{ ask: "generate", text, tokens: Math.min(length, maxTokens) }];
    },
    target: sourceText,
    aggregate(samples) {
      const of = (name: string): number[] => samples.map(({ metrics }) => metrics[name]!);
      const sum = (name: string): number => of(name).reduce((total, value) => total + value, 0);
      const ratio = (above: number, below: number) => ({
        value: below > 0 ? above / below : 0,
        standard_error: null,
        items: samples.length,
      });
      const seconds = samples.reduce((total, sample) => total + sample.seconds, 0);
      return {
        [metric]: mean(of(metric)),
        exact_match: mean(of("exact_match")),
        copy_symbols_per_token: mean(of("copy_symbols_per_token")),
        tokens_per_word: ratio(sum("tokens"), sum("words")),
        empty: mean(of("empty")),
        characters_per_second: ratio(sum("characters"), seconds),
      };
    },
  };
}

/** Darumeru keeps the text in `inputs.text`. */
function sourceText(item: Item): string {
  const text = item.inputs.text ?? item.outputs;
  if (typeof text === "string" && text.trim() !== "") return text;
  throw new BenchmarkError("benchmark.item", `${item.place}: inputs.text is not there`);
}
