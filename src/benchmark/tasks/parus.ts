import { swappedPairTask } from "./swapped-pair-task.js";

/** darumeru/PARus: the likelier cause or effect of two; the share of items that are right in both orders. */
export const parus = swappedPairTask({ dataset: "parus", title: "the likelier cause or effect" });
