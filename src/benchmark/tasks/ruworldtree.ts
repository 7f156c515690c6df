import { choiceTask, letters } from "./choice-task.js";

/** darumeru/ruWorldTree: probability of A to D; mean of accuracy and macro F1. */
export const ruworldtree = choiceTask({
  dataset: "ruworldtree",
  group: "DaruMERA",
  title: "the world explained, answered by letter",
  choices: letters,
  macroF1: true,
});
