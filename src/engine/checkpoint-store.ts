/**
 * The checkpoints of a training, a folder of files (see checkpoint-file.ts): the two newest with the steps so
 * far, values and moments; and the best values by validation loss, where they are kept, in files of their own.
 * Which step is best follows from the steps in a checkpoint, so each checkpoint names its best file without saying so;
 * that file stays as long as the checkpoint, and a kill between the two files changes nothing.
 */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { EngineError } from "../errors.js";
import { versions } from "../versions.js";
import {
  type CheckpointHead,
  type FlatArrays,
  loadCheckpointFile,
  readCheckpointHead,
  writeCheckpointFile,
} from "./checkpoint-file.js";
import type { StepRecord } from "./engine.js";
import type { FlatArray } from "./session.js";
import { bestStep, type StepRecords } from "./training-state.js";

export interface CheckpointStore {
  /** After the last of `records`. */
  save(records: StepRecords): void;
  /** The values as those of `step`, the best one so far. */
  saveBest(step: number): void;
  /** Puts the values of `step`, the best one, back into place. Throws `EngineError` where its file is not whole any more. */
  loadBest(step: number): void;
  /** Loads the newest whole checkpoint of this training and returns its steps; none where there is no such checkpoint. */
  restore(): StepRecord[];
  /** The step of the newest checkpoint; null where there is none. */
  readonly newest: number | null;
}

export interface CheckpointStoreOptions {
  session: FlatArrays;
  folder: string;
  /** Names the training: its model, data and options. */
  fingerprint: string;
  /** Whether the values of the best step are kept. */
  keepsBest: boolean;
  /** Gets a sentence for each file that is there and not used. */
  onRefused: (text: string) => void;
}

interface StateHead extends CheckpointHead {
  records: StepRecord[];
}

const kept = 2;
const all: readonly FlatArray[] = ["values", "first_moments", "second_moments"];

export function createCheckpointStore(options: CheckpointStoreOptions): CheckpointStore {
  const { session, folder, fingerprint, keepsBest, onRefused } = options;
  const { size } = session.layout;
  const version = versions().lep ?? "";
  const numbered = (step: number): string => `${String(step).padStart(9, "0")}.checkpoint`;
  const fileOf = (step: number): string => path.join(folder, numbered(step));
  const bestFileOf = (step: number): string => path.join(folder, `best-${numbered(step)}`);
  /** Best steps that the checkpoints need, by the step of the checkpoint. */
  const needed = new Map<number, number | null>();

  const refuse = (file: string, fault: string): void => {
    onRefused(`${file}: this checkpoint ${fault}: it is not used`);
    rmSync(file, { force: true });
  };

  /** The head of `file` where it is whole and of this training; else the file is gone, with a word about it. */
  const checked = (file: string, arrays: readonly FlatArray[], wholly = true): StateHead | null => {
    const read = readCheckpointHead<StateHead>(file, wholly);
    const fault = "fault" in read ? read.fault : faultOf(read.head, arrays);
    if (fault !== null) refuse(file, fault);
    return fault === null && "head" in read ? read.head : null;
  };

  const faultOf = (head: StateHead, arrays: readonly FlatArray[]): string | null => {
    const of = (name: string): string => name.slice(0, 12);
    if (head.fingerprint !== fingerprint) {
      return `belongs to another training (${of(head.fingerprint)}, by lep ${head.version}; this one is ${of(fingerprint)})`;
    }
    const fits = head.size === size && head.arrays.join() === arrays.join();
    return fits ? null : `has another layout (${head.size} numbers, by lep ${head.version}; here are ${size})`;
  };

  /** Removes what no checkpoint needs and is not the best of all. */
  const prune = (best: number | null): void => {
    for (const step of [...needed.keys()].sort((a, b) => b - a).slice(kept)) {
      rmSync(fileOf(step), { force: true });
      needed.delete(step);
    }
    const wanted = new Set([best, ...needed.values()].filter((step) => step !== null).map(bestFileOf));
    for (const file of filesIn(folder, /^best-/)) if (!wanted.has(file)) rmSync(file, { force: true });
  };

  return {
    get newest() {
      return needed.size === 0 ? null : Math.max(...needed.keys());
    },
    save(records) {
      const step = records.length;
      const head = { fingerprint, version, size, arrays: all, records };
      writeCheckpointFile(fileOf(step), head, session);
      const best = keepsBest ? bestStep(records) : null;
      needed.set(step, best);
      prune(best);
    },
    saveBest(step) {
      writeCheckpointFile(bestFileOf(step), { fingerprint, version, size, arrays: ["values"] }, session);
      prune(step);
    },
    loadBest(step) {
      const head = checked(bestFileOf(step), ["values"]);
      if (head === null) {
        throw new EngineError(
          "engine.best_lost",
          `${bestFileOf(step)}: the best weights were here and are not any more`,
          {
            hint: "Start the same command again: training continues from a checkpoint before them.",
          },
        );
      }
      loadCheckpointFile(bestFileOf(step), head, session);
    },
    restore() {
      for (const file of filesIn(folder, /\.partial$/)) rmSync(file, { force: true });
      let found: StateHead | null = null;
      for (const file of filesIn(folder, /^\d+\.checkpoint$/)) {
        const head = checked(file, all, found === null);
        if (head === null) continue;
        const best = keepsBest ? bestStep(head.records) : null;
        if (found === null && best !== null && checked(bestFileOf(best), ["values"]) === null) {
          refuse(file, `is nothing without ${path.basename(bestFileOf(best))}`);
          continue;
        }
        needed.set(head.records.length, best);
        if (found !== null) continue;
        loadCheckpointFile(file, head, session);
        found = head;
      }
      const records = found?.records ?? [];
      prune(keepsBest ? bestStep(records) : null);
      return records;
    },
  };
}

/** Files by their names, the newest first. */
function filesIn(folder: string, name: RegExp): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((entry) => name.test(entry))
    .sort()
    .reverse()
    .map((entry) => path.join(folder, entry));
}
