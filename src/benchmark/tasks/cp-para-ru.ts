import { copyTask } from "./copy-task.js";

/** darumeru/cp_para_ru. */
export const cpParaRu = copyTask({
  dataset: "cp_para_ru",
  group: "DaruCopy_RU",
  title: "copying a paragraph in Russian",
  unit: "paragraph",
});
