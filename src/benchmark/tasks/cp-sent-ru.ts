import { copyTask } from "./copy-task.js";

/** darumeru/cp_sent_ru. */
export const cpSentRu = copyTask({
  dataset: "cp_sent_ru",
  group: "DaruCopy_RU",
  title: "copying a sentence in Russian",
  unit: "sentence",
});
