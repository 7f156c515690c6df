/** A process that answers every item of a run, a sample a transaction, and scores it: `writing-process.js FILE ITEMS`. */
import { mean } from "../../src/benchmark/metrics/mean.js";
import { openStore } from "../../src/benchmark/store.js";

const [file, count] = process.argv.slice(2) as [string, string];
const items = Array.from({ length: Number(count) }, (_, i) => String(i));
const store = openStore(file);
const identity = { model: "m", model_sha256: "m", tokenizer_sha256: "t", harness_version: 1, options: {} };
const { id } = store.openRun(identity, [{ task: "rummlu", task_version: 1, key: "k", items }], { pid: process.pid });
for (const item_id of items) {
  if (store.answered(id, "rummlu").has(item_id)) continue;
  const sample = {
    item_id,
    prompt: "p",
    prompt_sha256: "h",
    target: "A",
    output: "A",
    answers: [],
    meta: {},
    seconds: 1,
  };
  store.addSamples(id, "rummlu", [{ ...sample, metrics: { accuracy: Number(item_id) % 2 } }]);
}
const aggregate = (samples: readonly { metrics: Record<string, number> }[]) => ({
  accuracy: mean(samples.map(({ metrics }) => metrics.accuracy!)),
});
store.score(id, [{ name: "rummlu", task: { version: 1, aggregate } }], true);
store.close();
