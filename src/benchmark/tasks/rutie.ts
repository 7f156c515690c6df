import { BenchmarkError } from "../../errors.js";
import { fillMessages, type Item } from "../items.js";
import { goldIndex } from "./choice-task.js";
import { swappedPairTask } from "./swapped-pair-task.js";

/**
 * darumeru/ruTiE: a long dialogue. The earlier questions stand before each with their gold answers, in the order they
 * were asked; the oldest are dropped when the context is too short. Share of items that are right in both orders.
 */
export const rutie = swappedPairTask({
  dataset: "rutie",
  title: "questions of one long dialogue",
  supplied: ["context"],
  arrange: withDialogues,
  // The dialogue itself shows how answers look.
  examples: () => [],
  ask(item, inputs) {
    const turns = item.dialogue ?? [];
    const messages = (first: number) =>
      fillMessages(item.template, { ...inputs, context: turns.slice(first).join("\n") }, item.place);
    return { ask: "letter", messages: messages(0), choices: ["1", "2"], dialogue: { turns, messages } };
  },
});

/** Every item with the turns of its dialogue that were before it. */
function withDialogues(items: Item[]): Item[] {
  const dialogues = new Map<string, { item: Item; place: number; turn: string }[]>();
  for (const item of items) {
    const name = String(item.meta.dialog_id ?? 0);
    const dialogue = dialogues.get(name) ?? [];
    dialogues.set(name, dialogue);
    dialogue.push({ item, place: placeOf(item), turn: turnOf(item) });
  }
  const before = new Map<Item, string[]>();
  for (const dialogue of dialogues.values()) {
    dialogue.sort((a, b) => a.place - b.place);
    const turns = dialogue.map(({ turn }) => turn);
    for (const [i, { item }] of dialogue.entries()) before.set(item, turns.slice(0, i));
  }
  return items.map((item) => ({ ...item, dialogue: before.get(item)! }));
}

function placeOf({ meta, place }: Item): number {
  const id = Number(meta.question_id ?? Number.NaN);
  if (Number.isInteger(id)) return id;
  throw new BenchmarkError("benchmark.item", `${place}: meta.question_id is not a whole number`);
}

function turnOf(item: Item): string {
  const { question, choice1, choice2 } = item.inputs;
  if (question === undefined || choice1 === undefined || choice2 === undefined) {
    throw new BenchmarkError("benchmark.item", `${item.place}: inputs needs question, choice1 and choice2`);
  }
  return `${question}\n1. ${choice1}\n2. ${choice2}\nОтвет: ${goldIndex(item, ["1", "2"]) + 1}`;
}
