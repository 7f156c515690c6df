/**
 * What a run is doing, for those who look at it from outside (`lep watch`): `.state.json`, written anew at most once a second, and
 * `run.log` with the lines that a terminal would have shown. Nothing depends on either, and neither is part of a run's result.
 */
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "../atomic-output.js";
import type { Progress, ProgressReport } from "../progress.js";
import { progressLines } from "../progress-lines.js";
import type { Recipe } from "../recipe.js";
import { type StageName, stageNames } from "../stage.js";
import type { PipelineEvent } from "./pipeline-event.js";

export interface RunState {
  name: string;
  /** Of the process that writes it. */
  pid: number;
  started_at: string;
  changed_at: string;
  state: "running" | "finished" | "failed";
  /** Why it failed. */
  message?: string;
  stages: { stage: StageName; state: "waiting" | "running" | "done" | "reused"; seconds?: number }[];
  /** What is being done at this moment. */
  progress?: Omit<ProgressReport, "warning">;
  warnings: string[];
}

export interface RunRecord {
  progress: Progress;
  onEvent(event: PipelineEvent): void;
  /** The run has ended, by an error where one is given. */
  end(error?: unknown): void;
}

/** Who else hears of it. */
export interface RunListeners {
  progress?: Progress;
  onEvent?: (event: PipelineEvent) => void;
}

const stateFile = ".state.json";
const logFile = "run.log";
const leastInterval = 1000;
const mostWarnings = 50;
const stageStates = { stage_started: "running", stage_finished: "done", stage_reused: "reused" } as const;

export function openRunRecord(folder: string, recipe: Recipe, listeners: RunListeners): RunRecord {
  const now = new Date().toISOString();
  const state: RunState = {
    ...{ name: recipe.name, pid: process.pid, started_at: now, changed_at: now, state: "running" },
    stages: stageNames.flatMap((stage) => (recipe[stage] === undefined ? [] : [{ stage, state: "waiting" }])),
    warnings: [],
  };
  let written = 0;
  const write = (): void => {
    written = performance.now();
    state.changed_at = new Date().toISOString();
    attempt(() => writeFileAtomic(path.join(folder, stateFile), `${JSON.stringify(state)}\n`));
  };
  const log = (line: string): void => attempt(() => appendFileSync(path.join(folder, logFile), line));
  const lines = progressLines(log);
  log(`${recipe.name}, ${now}\n`);
  write();
  return {
    progress(report) {
      listeners.progress?.(report);
      lines(report);
      const { warning, ...count } = report;
      if (warning === undefined) state.progress = count;
      else if (state.warnings.length < mostWarnings) state.warnings.push(warning);
      if (performance.now() - written >= leastInterval) write();
    },
    onEvent(event) {
      listeners.onEvent?.(event);
      log(`${event.text}\n`);
      if (event.event === "run_finished") return;
      const known = state.stages.find(({ stage }) => stage === event.stage);
      if (known !== undefined) known.state = stageStates[event.event];
      if (known !== undefined && event.seconds !== undefined) known.seconds = event.seconds;
      delete state.progress;
      write();
    },
    end(error) {
      delete state.progress;
      state.state = error === undefined ? "finished" : "failed";
      if (error !== undefined) {
        state.message = (error as Error).message;
        log(`lep: ${state.message}\n`);
      }
      write();
    },
  };
}

/** A disk that is full ends the run where the run itself writes; for the sake of these files it does not. */
function attempt(write: () => void): void {
  try {
    write();
  } catch {}
}

/** The state of the run in `folder`; undefined where there is none, or it cannot be read. */
export function readRunState(folder: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, stateFile), "utf8")) as RunState;
  } catch {
    return undefined;
  }
}

/** The last lines of the run's log. */
export function readRunLog(folder: string, most: number): string[] {
  try {
    return readFileSync(path.join(folder, logFile), "utf8").split("\n").slice(0, -1).slice(-most);
  } catch {
    return [];
  }
}
