import { choiceTask, letters } from "./choice-task.js";

/** darumeru/ruMMLU: next-token probability of A to D after «Ответ:»; accuracy. */
export const rummlu = choiceTask({
  dataset: "rummlu",
  group: "DaruMMLU",
  title: "questions in Russian, answered by letter",
  choices: letters,
});
