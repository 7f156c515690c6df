import { copyTask } from "./copy-task.js";

/** darumeru/cp_para_en. */
export const cpParaEn = copyTask({
  dataset: "cp_para_en",
  group: "DaruCopy_EN",
  title: "copying a paragraph in English",
  unit: "paragraph",
});
