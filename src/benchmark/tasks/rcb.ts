import { choiceTask } from "./choice-task.js";

/** darumeru/RCB: does the second statement follow (1), contradict (2), or neither (3)? Mean of accuracy and macro F1. */
export const rcb = choiceTask({
  dataset: "rcb",
  group: "DaruMERA",
  title: "does one statement follow from another",
  choices: ["1", "2", "3"],
  macroF1: true,
});
