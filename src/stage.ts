/**
 * One stage of a run: reused where its inputs, options and version did not change; else written in a
 * partial folder beside its place, which a killed run finds again, and renamed when whole.
 */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { replaceFolder, writeFileAtomic } from "./atomic-output.js";
import { RecipeError } from "./errors.js";
import type { HashCache } from "./hash-cache.js";
import { makeFolder } from "./make-folder.js";
import type { Progress } from "./progress.js";
import { sha256 } from "./sha256.js";
import { withCost } from "./stage-cost.js";
import { versions } from "./versions.js";

export const stageNames = ["vocabulary", "pretraining", "propagation", "calibration", "benchmark"] as const;
export type StageName = (typeof stageNames)[number];

export interface Stage<Result> {
  name: StageName;
  /** Raised when the stage computes something else from the same inputs and options. */
  version: number;
  /** What goes in: label → file or folder. */
  inputs: Record<string, string | string[]>;
  options: unknown;
  seed: number;
  /** Files outside the stage's folder that have to be there for a finished stage to be reused. */
  needs?: string[];
  /** Fills `folder`; keeps in `work` whatever lets a killed run continue (removed in the end). */
  run(folder: string, work: string): Promise<Result>;
}

export interface StageOutcome<Result> {
  folder: string;
  result: Result;
  reused: boolean;
  durationSeconds: number;
  /** MiB, and joules where a counter measures them; null for stages that were done before these were kept. */
  peakMb: number | null;
  energyJoules: number | null;
}

interface Manifest<Result> {
  stage: StageName;
  key: string;
  inputs: Record<string, string>;
  outputs: Record<string, string>;
  options: unknown;
  seed: number;
  versions: Record<string, string>;
  started_at: string;
  duration_s: number;
  peak_mb?: number;
  energy_j?: number | null;
  result: Result;
}

/** Runs `stage` in `runFolder`, or finds it done. `fresh` does it again in any case. `progress` hears of work that is not continued. */
export async function runStage<Result>(
  stage: Stage<Result>,
  runFolder: string,
  hashes: HashCache,
  fresh = false,
  progress?: Progress,
): Promise<StageOutcome<Result>> {
  const folder = path.join(runFolder, stage.name);
  const partial = path.join(runFolder, `.${stage.name}.partial`);
  const inputs = hashInputs(stage, hashes);
  const key = stageKey(stage, inputs);
  if (!fresh) {
    // A whole stage may still lie in its partial folder: the run was killed just before the renaming.
    if (finished<Result>(partial, key, hashes) !== undefined) settle(partial, folder);
    const done = finished<Result>(folder, key, hashes);
    if (done !== undefined && (stage.needs ?? []).every((file) => existsSync(file))) {
      return reusedOutcome(folder, done);
    }
  }
  const work = path.join(partial, workName);
  if (openPartial(partial, work, key, fresh)) {
    const warning = `${stage.name}: unfinished work of other inputs or options is there, checkpoints too: it is not used`;
    progress?.({ task: stage.name, done: 0, total: 0, unit: "stages", warning });
  }
  const startedAt = new Date();
  const { result, cost } = await withCost(() => stage.run(partial, work));
  const { seconds, peakMb, energyJoules } = cost;
  const manifest: Manifest<Result> = {
    stage: stage.name,
    key,
    inputs: Object.fromEntries(inputs.map(({ file, hash }) => [file, hash])),
    outputs: hashes.folder(partial),
    options: stage.options,
    seed: stage.seed,
    versions: versions(),
    started_at: startedAt.toISOString(),
    duration_s: seconds,
    peak_mb: peakMb,
    energy_j: energyJoules,
    result,
  };
  writeFileAtomic(path.join(partial, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  settle(partial, folder);
  return { folder, result, reused: false, durationSeconds: seconds, peakMb, energyJoules };
}

function reusedOutcome<Result>(folder: string, manifest: Manifest<Result>): StageOutcome<Result> {
  const { result, duration_s: durationSeconds, peak_mb: peakMb = null, energy_j: energyJoules = null } = manifest;
  return { folder, result, reused: true, durationSeconds, peakMb, energyJoules };
}

export interface StageState<Result> {
  /** `begun`: a killed run is continued. */
  state: "finished" | "begun" | "new";
  /** Of a finished stage. */
  outcome?: StageOutcome<Result>;
}

/** What `runStage` would find; changes nothing. */
export function findStage<Result>(stage: Stage<Result>, runFolder: string, hashes: HashCache): StageState<Result> {
  const folder = path.join(runFolder, stage.name);
  const partial = path.join(runFolder, `.${stage.name}.partial`);
  // Inputs may be large: they are looked at only where there is something to compare them with.
  if (!existsSync(path.join(folder, "manifest.json")) && !existsSync(partial)) return { state: "new" };
  const key = stageKey(stage, hashInputs(stage, hashes));
  for (const place of [partial, folder]) {
    const done = finished<Result>(place, key, hashes);
    if (done === undefined || !(stage.needs ?? []).every((file) => existsSync(file))) continue;
    return { state: "finished", outcome: reusedOutcome(place, done) };
  }
  return { state: belongsTo(partial, key) ? "begun" : "new" };
}

/** Gives a whole stage its name; only then is the work that led to it thrown away. */
function settle(partial: string, folder: string): void {
  replaceFolder(partial, folder);
  rmSync(path.join(folder, workName), { recursive: true, force: true });
  rmSync(path.join(folder, keyFile), { force: true });
}

function finished<Result>(folder: string, key: string, hashes: HashCache): Manifest<Result> | undefined {
  const manifest = readManifest<Result>(folder);
  return manifest?.key === key && outputsIntact(folder, manifest.outputs, hashes) ? manifest : undefined;
}

const keyFile = ".key";
const workName = ".work";

/** The partial folder of a killed run of the same stage is continued; any other is emptied. True where it held another's work, unasked. */
function openPartial(partial: string, work: string, key: string, fresh: boolean): boolean {
  const marker = path.join(partial, keyFile);
  const known = existsSync(marker);
  const continued = !fresh && belongsTo(partial, key);
  if (!continued) {
    rmSync(partial, { recursive: true, force: true });
    makeFolder(partial);
    writeFileSync(marker, key);
  }
  makeFolder(work);
  return !fresh && known && !continued;
}

/** The partial folder is of this very stage. */
function belongsTo(partial: string, key: string): boolean {
  const marker = path.join(partial, keyFile);
  return existsSync(marker) && readFileSync(marker, "utf8") === key;
}

interface Input {
  label: string;
  file: string;
  hash: string;
}

function hashInputs(stage: Stage<unknown>, hashes: HashCache): Input[] {
  return Object.entries(stage.inputs).flatMap(([label, paths]) =>
    [paths].flat().flatMap((place): Input[] => {
      const stats = statSync(place, { throwIfNoEntry: false });
      if (stats === undefined) {
        throw new RecipeError("run.missing_input", `${place}: ${stage.name} needs it (${label}), but it is not there`);
      }
      const files = stats.isDirectory() ? hashes.folder(place) : { "": hashes.file(place) };
      return Object.entries(files).map(([below, hash]) => {
        return { label, file: path.relative(process.cwd(), path.join(place, below)), hash };
      });
    }),
  );
}

/** Names of folders do not count, so that a moved checkout reuses its runs; labels, file names and contents do. */
function stageKey(stage: Stage<unknown>, inputs: Input[]): string {
  const contents = inputs.map(({ label, file, hash }) => [label, path.basename(file), hash]);
  return sha256(JSON.stringify([stage.name, stage.version, contents, stage.options, stage.seed]));
}

function readManifest<Result>(folder: string): Manifest<Result> | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8")) as Manifest<Result>;
  } catch {
    return undefined;
  }
}

function outputsIntact(folder: string, outputs: Record<string, string>, hashes: HashCache): boolean {
  return Object.entries(outputs).every(([name, hash]) => {
    try {
      return hashes.file(path.join(folder, name)) === hash;
    } catch {
      return false;
    }
  });
}
