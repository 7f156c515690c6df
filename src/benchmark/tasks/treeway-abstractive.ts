import { goldText } from "../items.js";
import { loadLemmatizer } from "../metrics/lemmatizer.js";
import { mean } from "../metrics/mean.js";
import { lemmasOf, rougeL } from "../metrics/rouge-l.js";
import { asGeneration, generation, isEmpty, type Task } from "../task.js";
import { treewayRow } from "./treeway-row.js";

/** daru/treewayabstractive: a summary of at most 512 tokens after «TL;DR:»; ROUGE-L F over lemmas. */
export const treewayAbstractive: Task = {
  version: 1,
  dataset: "treeway_abstractive",
  group: "DaruSum",
  title: "summaries in own words",
  metric: "rouge_l",
  prompt: [
    {
      role: "user",
      content:
        "Прочитай текст и передай его суть по-русски в нескольких предложениях. Ответ начни с TL;DR и не добавляй ничего, кроме краткого изложения.\n\n{text}",
    },
    { role: "assistant", content: "TL;DR:" },
  ],
  row(row, place) {
    const { src_sents, summary_sents } = treewayRow(row, place);
    return { inputs: { text: src_sents.join(" ") }, outputs: summary_sents?.join(" "), meta: {} };
  },
  questions(item) {
    goldText(item);
    return [{ ask: "generate", messages: item.messages, maxTokens: 512 }];
  },
  async judge(item, answers) {
    const answer = asGeneration(answers[0]);
    const empty = isEmpty(answer);
    const lemma = await loadLemmatizer();
    const rouge_l = empty ? 0 : rougeL(lemmasOf(goldText(item), lemma), lemmasOf(answer.text, lemma));
    return { rouge_l, empty: empty ? 1 : 0 };
  },
  async gold(item, tokenizer) {
    const text = goldText(item);
    return [await generation(text, tokenizer)];
  },
  target: goldText,
  aggregate: (samples) => ({
    rouge_l: mean(samples.map(({ metrics }) => metrics.rouge_l!)),
    empty: mean(samples.map(({ metrics }) => metrics.empty!)),
  }),
};
