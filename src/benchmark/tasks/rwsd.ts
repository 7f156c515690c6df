import { choiceTask } from "./choice-task.js";

/** darumeru/RWSD: does the pronoun mean the thing that is named? Probability of «Да» and «Нет»; accuracy. */
export const rwsd = choiceTask({
  dataset: "rwsd",
  group: "DaruMERA",
  title: "what a pronoun stands for",
  choices: ["Да", "Нет"],
  goldMayGoOn: true,
});
