/** What every group of this benchmark is given. */
export interface Work {
  /** An empty folder of its own. */
  folder: string;
  /** Of each side. */
  runs: number;
  threads: number;
}
