/** Has a run's missing items answered: the model is opened only where there are any, or a text to measure. */
import { answerItems } from "./answer-items.js";
import { type CorpusWindows, corpusLoss } from "./corpus-loss.js";
import type { Evaluation } from "./evaluate.js";
import type { Item } from "./items.js";
import type { PlannedTask } from "./plan-tasks.js";
import { createPromptBuilder } from "./prompts.js";

/** The longest context that is opened without being asked for: memory grows with it. */
const longestContext = 4096;

/** Items without an answer, failed ones among them. */
export function missingItems({ store, run }: Evaluation, { name, items }: PlannedTask): Item[] {
  const answered = store.answered(run, name);
  return items.filter(({ id }) => !answered.has(id));
}

/** Each batch of answers is in the database before it is told of. A task gets its scores with its last item. */
export async function answerMissing(
  evaluation: Evaluation,
  planned: readonly PlannedTask[],
  windows: CorpusWindows | undefined,
): Promise<void> {
  const { store, run, model, options, progress, emit } = evaluation;
  const { signal, name: modelName } = options;
  if (windows === undefined && planned.every((one) => missingItems(evaluation, one).length === 0)) return;
  const modelOptions = {
    ...options.compute,
    parallel: options.parallel,
    alone: options.alone,
    contextLength: model.contextLimit === undefined ? undefined : Math.min(model.contextLimit, longestContext),
    tokens: model.tokenizer.size,
  };
  await model.answering(modelOptions, { signal, activity: `scoring ${modelName}` }, async (language) => {
    for (const one of planned) {
      const { name, task, items, examples } = one;
      // Another process may have answered some of them meanwhile.
      const missing = missingItems(evaluation, one);
      if (missing.length === 0) continue;
      const prompts = createPromptBuilder({
        tokenizer: model.tokenizer,
        stopIds: model.stopIds,
        contextLimit: language.contextLength,
        examples,
        fewShot: options.few_shot ?? 0,
        system: options.system,
      });
      const total = items.length;
      let done = total - missing.length;
      for await (const samples of answerItems(task, missing, prompts, language, model.tokenizer, signal)) {
        store.addSamples(run, name, samples);
        done += samples.length;
        const failed = samples.flatMap(({ item_id, failure }) => (failure === undefined ? [] : [[item_id, failure]]));
        const ids = samples.map(({ item_id }) => item_id);
        emit({ event: "answered", run, task: name, items: ids, failed: Object.fromEntries(failed), done, total });
        progress({ task: `scoring ${modelName} on ${name}`, done, total, unit: "items" });
      }
      store.score(run, [one], false);
    }
    if (windows === undefined) return;
    const total = windows.windows.length;
    const measures = await corpusLoss(windows, language, model.tokenizer, (done) =>
      progress({ task: `perplexity of ${modelName}`, done, total, unit: "windows" }),
    );
    store.setMeasures(run, measures, windows.sha256);
  });
}
