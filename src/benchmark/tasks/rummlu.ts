import { letterTask } from "./letter-task.js";

/** darumeru/ruMMLU: next-token probability of A to D after «Ответ:»; accuracy. */
export const rummlu = letterTask({
  dataset: "rummlu",
  group: "DaruMMLU",
  title: "questions in Russian, answered by letter",
  byCategory: false,
});
