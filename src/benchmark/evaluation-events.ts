/** What `lep eval --json` tells while it works; what an event says is in the database by then. */
export type EvaluationEvent =
  /** `missing`: items without an answer, by task. */
  | { event: "run_opened"; run: number; model: string; finished: boolean; missing: Record<string, number> }
  /** `failed`: item → why it has no answer. `done` counts the failed ones too. */
  | {
      event: "answered";
      run: number;
      task: string;
      items: string[];
      failed: Record<string, string>;
      done: number;
      total: number;
    };

export type OnEvaluationEvent = (event: EvaluationEvent) => void;
