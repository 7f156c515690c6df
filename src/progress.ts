/** How work that takes a while says how far it is. The command line draws it; a library user may log it. */
export interface ProgressReport {
  /** What is being done, e.g. `training embeddings`. */
  task: string;
  done: number;
  total: number;
  /** What is counted, e.g. `steps`. */
  unit: string;
  /** Anything worth seeing beside the count, e.g. `loss 2.31`. */
  note?: string;
  /** What the user should know, as it happens; stays to be read when the count goes on. */
  warning?: string;
}

export type Progress = (report: ProgressReport) => void;
