import { worldTask } from "./world-task.js";

/** Facts that the training text states in English, asked in English. */
export const worldEn = worldTask({ dataset: "world_en", title: "the closed world, asked in English" });
