import { worldTask } from "./world-task.js";

/** Facts that the training text states in Russian, asked in Russian. */
export const worldRu = worldTask({ dataset: "world_ru", title: "the closed world, facts stated in Russian" });
