import { choiceTask, letters } from "./choice-task.js";

/** darumeru/ruOpenBookQA: probability of A to D; mean of accuracy and macro F1. */
export const ruopenbookqa = choiceTask({
  dataset: "ruopenbookqa",
  group: "DaruMERA",
  title: "school science, answered by letter",
  choices: letters,
  macroF1: true,
});
