/** What `bench:training` measures: groups of entries that are measured together, each in a function of its own. */
import type { EntryGroups } from "../measure-groups.js";
import { memoryEstimate } from "./estimate-entry.js";
import { gpu } from "./gpu-entries.js";
import { newRows, newRowsName, wholeTables, wholeTablesName } from "./llama3-entries.js";
import { lossAfterSteps } from "./loss-entries.js";
import { costByMicroBatches } from "./micro-batch-entries.js";
import { overhead } from "./overhead-entry.js";
import { steadyMemory } from "./steady-memory-entry.js";
import { trainingStep } from "./step-entries.js";
import type { Workplace } from "./workplace.js";

/** The names of a group's entries begin with the group's. The estimate comes behind what has measured peaks. */
export const groups: EntryGroups<Workplace> = {
  "training step": trainingStep,
  "loss after 500 steps": lossAfterSteps,
  [wholeTablesName]: wholeTables,
  [newRowsName]: newRows,
  "overhead outside ggml compute": overhead,
  "cost per token by accumulated micro-batches": costByMicroBatches,
  "memory over 5,000 steps": steadyMemory,
  "memory estimate": memoryEstimate,
  GPU: gpu,
};
