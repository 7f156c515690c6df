import type { Task } from "./task.js";
import { cpParaEn } from "./tasks/cp-para-en.js";
import { cpParaRu } from "./tasks/cp-para-ru.js";
import { cpSentEn } from "./tasks/cp-sent-en.js";
import { cpSentRu } from "./tasks/cp-sent-ru.js";
import { mmluEn } from "./tasks/mmlu-en.js";
import { mmluRu } from "./tasks/mmlu-ru.js";
import { multiq } from "./tasks/multiq.js";
import { parus } from "./tasks/parus.js";
import { rcb } from "./tasks/rcb.js";
import { rummlu } from "./tasks/rummlu.js";
import { ruopenbookqa } from "./tasks/ruopenbookqa.js";
import { rutie } from "./tasks/rutie.js";
import { ruworldtree } from "./tasks/ruworldtree.js";
import { rwsd } from "./tasks/rwsd.js";
import { treewayAbstractive } from "./tasks/treeway-abstractive.js";
import { treewayExtractive } from "./tasks/treeway-extractive.js";
import { use } from "./tasks/use.js";
import { worldEn } from "./tasks/world-en.js";
import { worldRu } from "./tasks/world-ru.js";
import { worldRuFromEn } from "./tasks/world-ru-from-en.js";

/** A new task is one file and one line here. */
export const tasks = {
  mmlu_ru: mmluRu,
  mmlu_en: mmluEn,
  rummlu,
  multiq,
  parus,
  rcb,
  ruopenbookqa,
  ruworldtree,
  rutie,
  rwsd,
  use,
  treeway_abstractive: treewayAbstractive,
  treeway_extractive: treewayExtractive,
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
