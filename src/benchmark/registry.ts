import type { Task } from "./task.js";
import { cpParaEn } from "./tasks/cp-para-en.js";
import { cpParaRu } from "./tasks/cp-para-ru.js";
import { cpSentEn } from "./tasks/cp-sent-en.js";
import { cpSentRu } from "./tasks/cp-sent-ru.js";
import { mmluEn } from "./tasks/mmlu-en.js";
import { rummlu } from "./tasks/rummlu.js";
import { worldEn } from "./tasks/world-en.js";
import { worldRu } from "./tasks/world-ru.js";
import { worldRuFromEn } from "./tasks/world-ru-from-en.js";

/** A new task is one file and one line here. */
export const tasks = {
  rummlu,
  mmlu_en: mmluEn,
  cp_sent_en: cpSentEn,
  cp_para_en: cpParaEn,
  cp_sent_ru: cpSentRu,
  cp_para_ru: cpParaRu,
  world_ru: worldRu,
  world_en: worldEn,
  world_ru_from_en: worldRuFromEn,
} as const satisfies Record<string, Task>;

export type TaskName = keyof typeof tasks;
export const taskNames = Object.keys(tasks) as [TaskName, ...TaskName[]];
