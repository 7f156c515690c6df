import { worldTask } from "./world-task.js";

/** Facts that the training text states only in English, asked in Russian. */
export const worldRuFromEn = worldTask({
  dataset: "world_ru_from_en",
  title: "the closed world, asked in Russian, facts stated only in English",
});
