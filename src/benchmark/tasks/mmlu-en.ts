import { letterTask } from "./letter-task.js";

/** nlpcoreteam/enMMLU: next-token probability of A to D after "Answer:"; mean over subjects, then over categories. */
export const mmluEn = letterTask({
  dataset: "mmlu_en",
  group: "DaruMMLU",
  title: "questions in English, answered by letter",
  byCategory: true,
});
