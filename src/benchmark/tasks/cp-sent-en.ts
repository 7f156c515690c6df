import { copyTask } from "./copy-task.js";

/** darumeru/cp_sent_en. */
export const cpSentEn = copyTask({
  dataset: "cp_sent_en",
  group: "DaruCopy_EN",
  title: "copying a sentence in English",
  unit: "sentence",
});
