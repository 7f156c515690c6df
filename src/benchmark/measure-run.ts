/** Cost beside quality: symbols per token of the items, and how fast answers came. */
import type { Document } from "../corpus/document.js";
import { symbolsPerToken } from "../tokenizer/symbols-per-token.js";
import type { Evaluation } from "./evaluate.js";
import { generationSpeed } from "./generation-speed.js";
import type { PlannedTask } from "./plan-tasks.js";

/** Where a corpus was measured, symbols per token are the corpus's. */
export async function measureRun({ store, run, model }: Evaluation, planned: readonly PlannedTask[]): Promise<void> {
  const known = store.measures(run);
  if (!known.some(({ name }) => name === "symbols_per_token") && planned.length > 0) {
    const { symbols_per_token } = await symbolsPerToken(model.tokenizer, questions(planned));
    store.setMeasures(run, { symbols_per_token }, null);
  }
  store.setMeasures(run, generationSpeed(planned.flatMap(({ name }) => store.samples(run, name))), null);
}

/** The messages of all items, without chat template and examples. */
async function* questions(planned: readonly PlannedTask[]): AsyncGenerator<Document> {
  for (const { items } of planned) {
    for (const [index, { messages, place }] of items.entries()) {
      for (const { content } of messages) yield { text: content, source: place, index };
    }
  }
}
