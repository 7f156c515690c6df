/**
 * Darumeru's five groups of 17 datasets. The micro average is the mean over datasets, that is the group means weighted
 * 3 : 8 : 2 : 2 : 2 (LEP paper, tables 1-4).
 */
import type { Group } from "./task.js";

export const groupDatasets = {
  DaruMMLU: ["mmlu_ru", "mmlu_en", "rummlu"],
  DaruMERA: ["multiq", "parus", "rcb", "ruopenbookqa", "ruworldtree", "rutie", "rwsd", "use"],
  DaruSum: ["treeway_abstractive", "treeway_extractive"],
  DaruCopy_EN: ["cp_sent_en", "cp_para_en"],
  DaruCopy_RU: ["cp_sent_ru", "cp_para_ru"],
} as const satisfies Record<Group, readonly string[]>;

export interface Averages {
  /** Null unless all 17 datasets are there. */
  micro: number | null;
  /** Mean over the datasets that are there; null where none is. */
  micro_partial: number | null;
  /** How many of the 17 are there. */
  datasets: number;
  /** Null for a group without all its datasets. */
  groups: Record<Group, number | null>;
}

/** `scores`: one number a dataset; names that are not Darumeru's do not count. */
export function averages(scores: Readonly<Record<string, number>>): Averages {
  const groups = {} as Record<Group, number | null>;
  const present: number[] = [];
  let all = 0;
  for (const [group, datasets] of Object.entries(groupDatasets) as [Group, readonly string[]][]) {
    const values = datasets.flatMap((dataset) => (scores[dataset] === undefined ? [] : [scores[dataset]]));
    groups[group] = values.length === datasets.length ? meanOf(values) : null;
    present.push(...values);
    all += datasets.length;
  }
  const partial = present.length === 0 ? null : meanOf(present);
  return { micro: present.length === all ? partial : null, micro_partial: partial, datasets: present.length, groups };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
